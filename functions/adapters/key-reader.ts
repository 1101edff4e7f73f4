import { VerificationImpossibleError } from '../verification/errors.ts';
import type { KeyReader, Traits } from '../verification/ports.ts';
import { SORTED_BY_BYTES } from '../verification/script.ts';
import { Dialler } from './dial.ts';
import { type Connections, openConnections, type RedisAddress } from './key-reader-connection.ts';
import {
  type Abilities,
  type Known,
  readAbilities,
  readIdentity,
  readOffset,
  readPosition,
} from './key-reader-info.ts';
import { partsReader } from './key-reader-parts.ts';
import { type BatchReader, scriptCall, scriptedReader } from './key-reader-scripted.ts';
import { typedReader } from './key-reader-typed.ts';
import { mayWatch, watchKeys } from './key-reader-watch.ts';
import { latencyOf } from './latency.ts';

export type { RedisAddress };

/**
 * Reads one Redis or Valkey server of 4.0 or later, not in cluster mode. Connects when it is first asked; never reconnects
 * by itself within a call: who drives the verification goes on from its checkpoint.
 *
 * @throws EnvironmentError
 */
export const openKeyReader = (address: RedisAddress, dialler = new Dialler()): KeyReader => {
  const connections = openConnections(address, dialler);
  const { abilities, traits } = learnOnce(connections);
  const known = async (): Promise<Known> => (await abilities()).known;
  const parts = partsReader(connections, known);
  const scripted = scriptedReader(connections, known);
  const typed = typedReader(connections, known, parts);
  const batches = async (): Promise<BatchReader> => ((await traits()).scripts ? scripted : typed);

  return {
    name: connections.name,
    traits,
    identity: () => readIdentity(connections),
    position: () => readPosition(connections),
    offset: () => readOffset(connections.aside),
    ping: () => latencyOf(() => connections.aside(['PING'])),
    walk: async (...args) => (await batches()).walk(...args),
    fold: async (...args) => (await batches()).fold(...args),
    scan: async (...args) => (await batches()).scan(...args),
    absent: async (...args) => (await batches()).absent(...args),
    states: async (...args) => (await batches()).states(...args),
    watch: (database, keys) => watchKeys(connections, database, keys),
    ...parts,
    close: () => connections.close(),
  };
};

/** What a server can do is asked once; after a failure it is asked anew. */
const learnOnce = (connections: Connections) => {
  let abilities: Promise<Abilities> | undefined;
  let traits: Promise<Traits> | undefined;
  const once = {
    abilities: () => {
      abilities ??= readAbilities(connections);
      abilities.catch(() => {
        abilities = undefined;
      });
      return abilities;
    },
    traits: () => {
      traits ??= once.abilities().then(async (able) => ({
        ...(await readScripting(connections, able)),
        watch: await mayWatch(connections),
      }));
      traits.catch(() => {
        traits = undefined;
      });
      return traits;
    },
  };
  return once;
};

const readScripting = async (
  connections: Connections,
  { known, traits }: Abilities,
): Promise<Omit<Traits, 'watch'>> => {
  try {
    const [order, refused] = [
      await scriptCall<Buffer>(connections, known, 0, ['sort', '']),
      await scriptCall<Buffer>(connections, known, 0, [
        'probe',
        (known.pexpiretime ? 'x' : '') + (known.hpexpiretime ? 'f' : ''),
      ]),
    ];
    return { ...traits, scripts: refused.length === 0, sortsByBytes: SORTED_BY_BYTES.equals(order) };
  } catch (error) {
    // Scripts are refused: values are read by plain commands, and what is refused of these is told by name.
    if (error instanceof VerificationImpossibleError) return { ...traits, scripts: false, sortsByBytes: true };
    throw error;
  }
};
