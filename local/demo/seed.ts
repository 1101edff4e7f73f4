import { createHash } from 'node:crypto';
import { RedisClient } from '@redis/client';

/** How the keys are shared out among the types, in percent. */
const MIX = [
  ['string', 45],
  ['hash', 20],
  ['list', 12],
  ['set', 10],
  ['zset', 8],
  ['stream', 5],
] as const;
export type KeyType = (typeof MIX)[number][0];

/** Every fifth key expires, in an hour or later: none of them during the demo. */
const EXPIRES_EVERY = 5;
const SHORTEST_TTL_SECONDS = 3600;
/** Commands in flight at once. */
const BATCH = 2000;

const newClient = RedisClient.factory({ RESP: 2 });

export const connectSource = async (port: number) => {
  const client = newClient({
    ...({ RESP: 2 } as object),
    socket: { host: '127.0.0.1', port, reconnectStrategy: false },
  });
  // Commands reject with the same error; an emitter without a listener would end the process.
  client.on('error', () => undefined);
  await client.connect();
  return client;
};
export type SourceClient = Awaited<ReturnType<typeof connectSource>>;

/**
 * Fills a server with keys of all types, a fifth of them with a TTL. The same count gives the same keys.
 *
 * @param valueBytes about how much each key holds
 */
export const seed = async (client: SourceClient, keys: number, valueBytes: number): Promise<void> => {
  const text = incompressible(POOL_BYTES + valueBytes);
  let commands: string[][] = [];
  const flush = async () => {
    await Promise.all(commands.map((command) => client.sendCommand(command)));
    commands = [];
  };
  for (let index = 0; index < keys; index++) {
    const name = `demo:${typeOf(index)}:${index}`;
    const from = (index * 97) % POOL_BYTES;
    commands.push(creationOf(typeOf(index), name, text.slice(from, from + valueBytes), index));
    if (index % EXPIRES_EVERY === 0) commands.push(['EXPIRE', name, String(SHORTEST_TTL_SECONDS + (index % 3600))]);
    if (commands.length >= BATCH) await flush();
  }
  await flush();
};

/** Values are cut out of this much text, each from another place. */
const POOL_BYTES = 65_536;

/** Text that an RDB file cannot make smaller: what is copied is as large as what is stored. The same each time. */
const incompressible = (length: number): string => {
  let text = '';
  for (let block = 0; text.length < length; block++)
    text += createHash('sha512').update(String(block)).digest('base64');
  return text.slice(0, length);
};

const typeOf = (index: number): KeyType => {
  let share = (index * 37) % 100;
  for (const [type, percent] of MIX) {
    if (share < percent) return type;
    share -= percent;
  }
  return 'string';
};

const PARTS = 5;

/** One command that creates the key; collections get a few elements that share the value's size. */
const creationOf = (type: KeyType, name: string, value: string, index: number): string[] => {
  const part = (element: number) => `${index}.${element}.${value.slice(0, Math.ceil(value.length / PARTS))}`;
  const elements = Array.from({ length: PARTS }, (_, element) => element);
  switch (type) {
    case 'string':
      return ['SET', name, `${index}.${value}`];
    case 'hash':
      return ['HSET', name, ...elements.flatMap((element) => [`field${element}`, part(element)])];
    case 'list':
      return ['RPUSH', name, ...elements.map(part)];
    case 'set':
      return ['SADD', name, ...elements.map(part)];
    case 'zset':
      return ['ZADD', name, ...elements.flatMap((element) => [String(index + element / 10), part(element)])];
    case 'stream':
      return ['XADD', name, '1-1', ...elements.flatMap((element) => [`field${element}`, part(element)])];
  }
};
