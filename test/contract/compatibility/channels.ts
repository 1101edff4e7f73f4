import type { Asyncapi } from '../asyncapi.ts';

/** An AsyncAPI document without what it only says in words. */
export const channelsOf = ({ channels, operations, components }: Asyncapi): Asyncapi => ({
  channels: mapped(channels, ({ address, messages }) => ({ address, messages })),
  operations: mapped(operations, ({ action, channel, messages }) => ({ action, channel, messages })),
  components: {
    messages: mapped(components.messages, ({ name, payload: { schema } }) => ({ name, payload: { schema } })),
  },
});

const mapped = <T, U>(all: Record<string, T>, to: (one: T) => U): Record<string, U> =>
  Object.fromEntries(Object.entries(all).map(([name, one]) => [name, to(one)]));

const nameOf = ({ $ref }: { $ref: string }): string => $ref.split('/').at(-1) as string;

/** What breaks whoever sends or receives by the published document, one line each: of buses, messages, and who sends them. */
export const brokenChannels = (published: Asyncapi, now: Asyncapi): string[] => [
  ...Object.entries(published.channels).flatMap(([name, { address, messages }]) => {
    const later = now.channels[name];
    if (!later) return [`the channel ${name} is gone`];
    return [
      ...(later.address === address ? [] : [`the channel ${name} was at ${address}, is at ${later.address}`]),
      ...gone(Object.keys(messages), Object.keys(later.messages), `the channel ${name}`),
    ];
  }),
  ...Object.entries(published.operations).flatMap(([name, { action, channel, messages }]) => {
    const later = now.operations[name];
    if (!later) return [`the operation ${name} is gone`];
    return [
      ...(later.action === action ? [] : [`the operation ${name} was to ${action}, is to ${later.action}`]),
      ...(later.channel.$ref === channel.$ref ? [] : [`the operation ${name} has another channel`]),
      ...gone(messages.map(nameOf), later.messages.map(nameOf), `the operation ${name}`),
    ];
  }),
  ...Object.entries(published.components.messages).flatMap(([message, { name, payload }]) => {
    const later = now.components.messages[message];
    if (!later) return [`the message ${message} is gone`];
    return [
      ...(later.name === name ? [] : [`the message ${message} was named ${name}, is ${later.name}`]),
      ...(later.payload.schema.$ref === payload.schema.$ref ? [] : [`the message ${message} has another schema`]),
    ];
  }),
];

const gone = (before: readonly string[], after: readonly string[], where: string): string[] =>
  before.filter((one) => !after.includes(one)).map((one) => `${where} no longer has ${one}`);
