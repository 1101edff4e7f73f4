import type { Endpoint } from '../../functions/migration/record.ts';
import { toEndpoints } from './aws-spelling.ts';
import { ENDPOINT_RULE, readEndpoint } from './endpoint.ts';

/** What can be said about a migration that is to begin. Numbers as they were typed: parsing tells what is wrong with them. */
export interface StartOptions {
  file?: string;
  replicationGroupId?: string;
  source?: string;
  customerNodeEndpointList?: string[];
  dryRun?: boolean;
  cutover?: string;
  fence?: string;
  drainBudgetMs?: string;
  promotionBudgetSeconds?: string;
  quietSeconds?: string;
  verification?: string;
  sampleKeys?: string;
  maxKeysPerSecond?: string;
  freshForMinutes?: string;
  ttlToleranceMs?: string;
  waive?: string[];
  reason?: string;
}

type Body = Record<string, unknown>;

/** The members of a request that an option stands for, by the option's name in code. */
const CUTOVER = { cutover: 'mode', fence: 'fence' } as const;
const CUTOVER_NUMBERS = ['drainBudgetMs', 'promotionBudgetSeconds', 'quietSeconds'] as const;
const VERIFICATION_NUMBERS = ['sampleKeys', 'maxKeysPerSecond', 'freshForMinutes', 'ttlToleranceMs'] as const;

const optionName = (name: string): string => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

const number = (name: string, text: string, problems: string[]): number | undefined => {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  problems.push(`${optionName(name)} has to be a whole number: ${text}`);
  return undefined;
};

const sourceOf = (text: string, problems: string[]): Endpoint | undefined => {
  const endpoint = readEndpoint(text);
  if (!endpoint) problems.push(`--source ${ENDPOINT_RULE}: ${text}`);
  return endpoint;
};

/** As the aws command takes it: `Address='10.0.0.5',Port=6379`, or JSON. */
const endpointsOf = (text: string, problems: string[]): Body[] => {
  const given = /^\s*[[{]/.test(text) ? fromJson(text) : [fromShorthand(text)];
  const isWhole = (one: Body | null | undefined) => one?.Address !== undefined && one.Port !== undefined;
  if (given.length > 0 && given.every(isWhole)) return toEndpoints(given) as Body[];
  problems.push(
    `--customer-node-endpoint-list has to be Address=10.0.0.5,Port=6379, as for aws elasticache start-migration: ${text}`,
  );
  return [];
};

const fromJson = (text: string): (Body | null)[] => {
  try {
    return [JSON.parse(text)].flat();
  } catch {
    return [];
  }
};

const PAIR = /\s*(\w+)=(?:'([^']*)'|"([^"]*)"|([^,\s'"]*))\s*(?:,|$)/gy;

/** @returns undefined where the text is anything else, or says a thing twice */
const fromShorthand = (text: string): Body | undefined => {
  const pairs = [...text.matchAll(PAIR)];
  const names = new Set(pairs.map(([, name]) => name));
  if (pairs.map(([all]) => all).join('') !== text || names.size < pairs.length) return undefined;
  return Object.fromEntries(
    pairs.map(([, name = '', single, double, bare]) => {
      const value = single ?? double ?? bare ?? '';
      return [name, name === 'Port' && /^\d{1,7}$/.test(value) ? Number(value) : value];
    }),
  );
};

const merged = (before: unknown, more: Body): Body | undefined =>
  Object.keys(more).length > 0 ? { ...(isObject(before) ? before : {}), ...more } : undefined;

const isObject = (value: unknown): value is Body =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Of the members that options go over: what is something else could only be lost by that. */
const tellForms = ({ cutover, verification, waivers }: Body, problems: string[]): void => {
  for (const [name, value] of Object.entries({ cutover, verification }))
    if (value !== undefined && !isObject(value)) problems.push(`The request's ${name} has to be an object`);
  if (waivers !== undefined && !Array.isArray(waivers)) problems.push("The request's waivers have to be a list");
};

/**
 * A request as `POST /migrations` takes it: what the file says, and over it what the options say.
 *
 * @param problems is told what an option cannot mean; everything else the API tells
 */
export const requestOf = (options: StartOptions, file: Body, problems: string[]): Body => {
  const { replicationGroupId, source, customerNodeEndpointList: listed, dryRun, waive, reason } = options;
  tellForms(file, problems);
  if (source !== undefined && listed !== undefined)
    problems.push('--source and --customer-node-endpoint-list say the same: take one of them');
  const endpoints =
    source === undefined ? listed?.flatMap((text) => endpointsOf(text, problems)) : [sourceOf(source, problems)];
  const numbers = (names: readonly (keyof StartOptions)[]): Body =>
    Object.fromEntries(
      names.flatMap((name) => {
        const text = options[name];
        return typeof text === 'string' ? [[name, number(name, text, problems)]] : [];
      }),
    );
  const texts = Object.entries(CUTOVER).flatMap(([name, member]) => {
    const text = options[name as keyof typeof CUTOVER];
    return text === undefined ? [] : [[member, text] as const];
  });
  const cutover = merged(file.cutover, { ...Object.fromEntries(texts), ...numbers(CUTOVER_NUMBERS) });
  const verification = merged(file.verification, {
    ...(options.verification !== undefined && { mode: options.verification }),
    ...numbers(VERIFICATION_NUMBERS),
  });
  const waivers = waive?.flatMap((ids) => ids.split(',')).filter((id) => id !== '');
  return {
    ...file,
    ...(replicationGroupId !== undefined && { replicationGroupId }),
    ...(endpoints && { customerNodeEndpointList: endpoints }),
    ...(dryRun && { dryRun }),
    ...(cutover && { cutover }),
    ...(verification && { verification }),
    ...(waivers && { waivers: [...new Set([...(Array.isArray(file.waivers) ? file.waivers : []), ...waivers])] }),
    ...(reason !== undefined && { reason }),
  };
};
