import { parseArgs } from 'node:util';
import { explore } from './explore.ts';
import { GUARDS, type Guard, without } from './guards.ts';
import { INVARIANTS } from './invariants.ts';
import { LARGE_SCENARIOS, SCENARIOS, type Scenario, systemIn } from './scenarios.ts';

const USAGE = `npm run model                               every scenario, the large ones too
npm run model -- --only "an abort"          those whose name has this
npm run model -- --without killClients      without a guard, with a trace of what breaks
guards: ${Object.keys(GUARDS).join(' ')}`;

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    without: { type: 'string', multiple: true, default: [] },
    help: { type: 'boolean' },
  },
});
const missing = values.without as Guard[];
if (values.help || missing.some((guard) => !(guard in GUARDS))) {
  console.log(USAGE);
  process.exit(values.help ? 0 : 2);
}

const all: Record<string, Scenario> = missing.length > 0 ? SCENARIOS : { ...SCENARIOS, ...LARGE_SCENARIOS };
for (const [name, scenario] of Object.entries(all)) {
  if (!name.includes(values.only)) continue;
  const began = performance.now();
  const { states, transitions, counterexample } = explore(systemIn(scenario, without(...missing)), INVARIANTS, {
    limit: 12_000_000,
  });
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  console.log(
    `${counterexample ? 'BROKEN' : 'holds '}  ${name}: ${states} states, ${transitions} transitions, ${seconds} s`,
  );
  if (!counterexample) continue;
  process.exitCode = missing.length > 0 ? 0 : 1;
  console.log(`  not so: ${counterexample.invariant}`);
  for (const [at, line] of counterexample.trace.entries()) console.log(`  ${String(at + 1).padStart(2)}. ${line}`);
}
