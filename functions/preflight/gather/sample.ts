import { randomInt } from 'node:crypto';
import type { Keyspace } from '../keyspace.ts';
import type { Command, Reply } from '../ports.ts';
import type { Line } from './lines.ts';
import { accepted, bytesIn, listIn, textIn, unexpected } from './replies.ts';

export interface KeyName {
  database: number;
  /** As it is: names are binary. */
  key: Buffer;
}

/** How many keys are looked at in all, and of how many databases. */
const MOST_KEYS = 300;
const MOST_DATABASES = 64;

/** Of a SCAN from a random cursor. A SCAN visits ten buckets at most for each key that it is asked for. */
const KEYS_A_SCAN = 10;
/** Of a SCAN over all of a small database. */
const KEYS_A_STEP = 100;
const MOST_STEPS = 30;
const MOST_ROUNDS = 4;
/** A cursor may be any number: the server takes as many bits of it as its table has. */
const CURSORS = 2 ** 47;

/** Names of some hundred keys, from each database in proportion to its size. @throws Unread */
export const sampleNames = async (line: Line, databases: readonly Keyspace[]): Promise<KeyName[]> => {
  const largest = [...databases].sort((one, other) => other.keys - one.keys).slice(0, MOST_DATABASES);
  const total = largest.reduce((sum, { keys }) => sum + keys, 0);
  const sample: KeyName[] = [];
  // The smallest first: each is looked at, and what is left is for the largest.
  for (const { database, keys } of largest.reverse()) {
    const wanted = Math.min(Math.ceil((MOST_KEYS * keys) / total), MOST_KEYS - sample.length);
    if (wanted <= 0) continue;
    const found = keys <= wanted ? await scanAll(line, database, wanted) : await scanAtRandom(line, database, wanted);
    sample.push(...found.map((key) => ({ database, key })));
  }
  return sample;
};

/** Commands in a database: a connection that was made anew is in database 0. @throws Unread */
export const askIn = async (line: Line, database: number, commands: readonly Command[]): Promise<Reply[]> => {
  const [selected, ...replies] = await line.askAll([['SELECT', String(database)], ...commands]);
  accepted([selected as Reply]);
  if (textIn(selected, 'SELECT') !== 'OK') throw unexpected('SELECT');
  return replies;
};

/*
 * Not by RANDOMKEY: in a sparse table, or one where most keys have expired, it tries bucket after bucket until it finds a
 * key, and nothing else is served in the meantime. A SCAN ends after a number of buckets, wherever it begins.
 */
const scanAtRandom = async (line: Line, database: number, wanted: number): Promise<Buffer[]> => {
  const found = new Map<string, Buffer>();
  for (let round = 0; round < MOST_ROUNDS && found.size < wanted; round++) {
    const scans = Math.ceil((wanted - found.size) / KEYS_A_SCAN);
    const commands = Array.from({ length: scans }, () => [
      'SCAN',
      String(randomInt(CURSORS)),
      'COUNT',
      String(KEYS_A_SCAN),
    ]);
    for (const reply of accepted(await askIn(line, database, commands))) {
      for (const key of toStep(reply).keys.slice(0, KEYS_A_SCAN)) found.set(key.toString('latin1'), key);
    }
  }
  return [...found.values()].slice(0, wanted);
};

const scanAll = async (line: Line, database: number, wanted: number): Promise<Buffer[]> => {
  const found = new Map<string, Buffer>();
  let cursor = '0';
  for (let step = 0; step < MOST_STEPS && found.size < wanted; step++) {
    const [reply] = accepted(await askIn(line, database, [['SCAN', cursor, 'COUNT', String(KEYS_A_STEP)]]));
    const { next, keys } = toStep(reply);
    for (const key of keys) found.set(key.toString('latin1'), key);
    if (next === '0') break;
    cursor = next;
  }
  return [...found.values()].slice(0, wanted);
};

const toStep = (reply: Reply | undefined): { next: string; keys: Buffer[] } => {
  const [next, keys] = listIn(reply, 'SCAN');
  const cursor = textIn(next, 'SCAN');
  if (!/^\d{1,20}$/.test(cursor)) throw unexpected('SCAN');
  return { next: cursor, keys: listIn(keys, 'SCAN').map((key) => bytesIn(key, 'SCAN')) };
};
