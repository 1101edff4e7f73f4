import { describe, expect, it } from 'vitest';
import { type Argument, startPair } from './support/pair.ts';
import { found, verify } from './support/verify.ts';

const MAKE: Record<string, (key: string) => Argument[]> = {
  string: (key) => ['SET', key, 'a'],
  empty: (key) => ['SET', key, ''],
  list: (key) => ['RPUSH', key, 'a'],
  set: (key) => ['SADD', key, 'a'],
  intset: (key) => ['SADD', key, '1'],
  hash: (key) => ['HSET', key, 'a', '1'],
  'hash table': (key) => ['HSET', key, 'a', 'x'.repeat(100)],
  zset: (key) => ['ZADD', key, '1', 'a'],
  stream: (key) => ['XADD', key, '1-0', 'a', '1'],
};
const names = Object.keys(MAKE);
const typeOf = (name: string): string => ({ empty: 'string', intset: 'set', 'hash table': 'hash' })[name] ?? name;

describe('a key that is of another type on the target', () => {
  it('is told, whatever the two types are', async () => {
    const pair = await startPair();
    await pair.detach();
    const wanted: string[] = [];
    for (const left of names) {
      for (const right of names) {
        const key = `${left}, ${right}`;
        await pair.onSource.run(...(MAKE[left] as (key: string) => Argument[])(key));
        await pair.onTarget.run(...(MAKE[right] as (key: string) => Argument[])(key));
        if (left !== right) wanted.push(`0 ${key} ${typeOf(left) === typeOf(right) ? 'value' : 'type'}`);
      }
      await pair.onSource.run(...(MAKE[left] as (key: string) => Argument[])(`${left}, gone`));
      wanted.push(`0 ${left}, gone missing`);
    }

    const result = await verify(pair.source.port, pair.target.port);

    expect(found(result)).toEqual(wanted.sort());
    await pair.stop();
  });
});
