import { parseArgs } from 'node:util';
import { openService } from '../service/service.ts';
import { fuzz } from './run.ts';

const { values } = parseArgs({
  options: { count: { type: 'string', default: '10000' }, seed: { type: 'string', default: '1' } },
});
const [count, seed] = [Number(values.count), Number(values.seed)];
if (!Number.isInteger(count) || count < 1 || !Number.isInteger(seed)) {
  console.error('npm run fuzz -- --count 100000 --seed 1');
  process.exit(2);
}

const service = await openService();
const startMs = performance.now();
const { calls, outcomes, faults } = await fuzz(service, count, seed);
const seconds = (performance.now() - startMs) / 1000;
await service.close();

for (const [outcome, times] of [...outcomes].sort(([a], [b]) => (a < b ? -1 : 1)))
  console.log(`  ${String(times).padStart(7)}  ${outcome}`);
for (const [fault, { times, call }] of faults) {
  console.log(`\nFAULT, ${times} times: ${fault}\n  ${JSON.stringify(call).slice(0, 2000)}`);
}
const megabytes = Math.round(process.memoryUsage.rss() / 1e6);
console.log(
  `\n${calls} requests and events of seed ${seed} in ${seconds.toFixed(0)} s (${megabytes} MB): ${faults.size} kinds of faults`,
);
process.exitCode = faults.size > 0 ? 1 : 0;
