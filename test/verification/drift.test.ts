import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, connect, type Pair, startPair } from './support/pair.ts';
import { verify } from './support/verify.ts';

/** Writes that only move on from what the target has: a fault in their key is never overwritten. */
describe('verification of keys that drifted apart and are still written to', () => {
  let pair: Pair;
  let writer: Client;
  let writing = true;
  let load: Promise<void>;

  const write = async (): Promise<void> => {
    for (let index = 0; writing; index++) {
      await writer.runAll([
        ['INCR', 'counter'],
        ['HINCRBY', 'hash', 'field', '1'],
        ['ZINCRBY', 'zset', '1', 'member'],
        ['SADD', 'growing', `new ${index}`],
        ['HINCRBY', 'big hash', 'field 7', '1'],
      ]);
      await turn();
    }
  };

  beforeAll(async () => {
    pair = await startPair();
    writer = await connect(pair.source.port);
    for (let index = 0; index < 3000; index++) {
      await writer.runAll([
        ['SADD', 'growing', `member ${index}`],
        ['HSET', 'big hash', `field ${index}`, '1'],
      ]);
    }
    load = write();
    await pair.caughtUp();
  });
  afterAll(async () => {
    writing = false;
    await load;
    writer.close();
    await pair.stop();
  });

  it('calls none of them the same', async () => {
    await pair.onTarget.runAll([
      ['INCRBY', 'counter', '-1'],
      ['HINCRBY', 'hash', 'field', '-1'],
      ['ZINCRBY', 'zset', '1', 'member'],
      ['SADD', 'growing', 'only here'],
      ['HINCRBY', 'big hash', 'field 7', '-1'],
    ]);
    const { differences, untold } = await verify(pair.source.port, pair.target.port);
    const told = [...differences.map(({ key }) => key), ...untold.map((text) => text.split(' in database')[0])];

    expect(told.sort()).toEqual(['big hash', 'counter', 'growing', 'hash', 'zset']);
    expect(differences.find(({ key }) => key === 'growing')?.note).toContain('only on the target');
  });
});
