import { type Client, connect } from '../../test/verification/support/pair.ts';

/*
 * What one would write in an afternoon: SCAN, and for each key DUMP and PTTL on both servers, in pipelines; then SCAN of the
 * target, and EXISTS on the source. With the word `values`: DUMP alone, in one direction.
 *
 * node bench/verify/plain.ts <source port> <target port> [values]
 */

const PIPELINE = 500;
const TOLERANCE_MS = 1000;

const [sourcePort, targetPort] = process.argv.slice(2, 4).map(Number);
if (!sourcePort || !targetPort) throw new Error('Two ports are needed');
const valuesOnly = process.argv[4] === 'values';

const scan = async (client: Client, each: (names: Buffer[]) => Promise<void>): Promise<void> => {
  let cursor = '0';
  do {
    const [next, names] = await client.run<[Buffer, Buffer[]]>('SCAN', cursor, 'COUNT', String(PIPELINE));
    await each(names);
    cursor = String(next);
  } while (cursor !== '0');
};

const same = (left: unknown, right: unknown): boolean =>
  Buffer.isBuffer(left)
    ? Buffer.isBuffer(right) && left.equals(right)
    : Math.abs(Number(left) - Number(right)) <= TOLERANCE_MS;

const [source, target] = await Promise.all([connect(sourcePort), connect(targetPort)]);
const begin = performance.now();
let [keys, different] = [0, 0];
await scan(source, async (names) => {
  const commands = names.flatMap((name) =>
    valuesOnly
      ? [['DUMP', name]]
      : [
          ['DUMP', name],
          ['PTTL', name],
        ],
  );
  const [left, right] = await Promise.all([source.runAll(commands), target.runAll(commands)]);
  for (const [at, answer] of left.entries()) if (!same(answer, right[at])) different++;
  keys += names.length;
});
if (!valuesOnly) {
  await scan(target, async (names) => {
    const exist = await source.runAll(names.map((name) => ['EXISTS', name]));
    different += exist.filter((one) => one !== 1).length;
  });
}
console.log(JSON.stringify({ keys, different, seconds: (performance.now() - begin) / 1000 }));
source.close();
target.close();
