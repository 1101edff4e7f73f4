import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { type Client, connect, type Pair, startPair } from './support/pair.ts';
import { type SlowLink, startSlowLink } from './support/slow-link.ts';
import { found, verify } from './support/verify.ts';

const KEYS = 20;
const LAG_MS = 40;
const names = Array.from({ length: KEYS }, (_, index) => `key:${index}`);
const all = (kind: string) => names.map((name) => `0 ${name} ${kind}`).sort();

let pair: Pair;
let link: SlowLink | undefined;
let writer: Client;
let writing: Promise<void>;
let isOver: boolean;

const write = (work: () => Promise<unknown>): void => {
  isOver = false;
  writing = (async () => {
    while (!isOver) await work();
  })();
};

afterEach(async () => {
  isOver = true;
  await writing;
  writer.close();
  link?.stop();
  link = undefined;
  await pair.stop();
});

it('finds counters that are ahead by as much as the target lags', async () => {
  pair = await startPair();
  writer = await connect(pair.source.port);
  await writer.runAll(names.map((name) => ['SET', name, '0']));
  await pair.caughtUp();
  link = await startSlowLink(pair.source.port, LAG_MS);
  await pair.onTarget.run('REPLICAOF', '127.0.0.1', String(link.port));
  await pair.caughtUp();
  await pair.onTarget.runAll(names.map((name, index) => ['INCRBY', name, String(1 + (index % 10))]));
  // Counted up for a while, with pauses in which there is something to be told.
  let writes = 0;
  write(async () => {
    await writer.runAll(names.map((name) => ['INCR', name]));
    await sleep(++writes % 30 === 0 ? 4 * LAG_MS : 5);
  });

  for (let run = 0; run < 3; run++)
    expect(found(await verify(pair.source.port, pair.target.port))).toEqual(all('value'));
});

it('does not take for the same what comes and goes, and is another on the target', async () => {
  pair = await startPair();
  writer = await connect(pair.source.port);
  await writer.runAll(names.map((name) => ['SET', name, '0']));
  await pair.caughtUp();
  await pair.onTarget.runAll(names.map((name, index) => ['INCRBY', name, index % 2 ? '1' : '-1']));
  write(async () => {
    await writer.runAll(names.map((name) => ['INCR', name]));
    await writer.runAll(names.map((name) => ['DECR', name]));
  });
  const { differences, untold } = await verify(pair.source.port, pair.target.port);
  const told = [...differences.map(({ key }) => key), ...untold.map((text) => text.split(' in database')[0])];

  expect(told.sort()).toEqual(names.toSorted());
});

it('calls the same what is written anew all the time, and always the same', async () => {
  pair = await startPair();
  writer = await connect(pair.source.port);
  await writer.runAll(names.map((name) => ['SET', name, 'alive']));
  await pair.caughtUp();
  write(() => writer.runAll(names.map((name) => ['SET', name, 'alive'])));

  expect(await verify(pair.source.port, pair.target.port)).toMatchObject({ verdict: 'same', counts: { unsettled: 0 } });
});
