import { parseArgs } from 'node:util';
import { endOnSignal } from '../local/signals.ts';
import { newSeed } from '../test/verification/support/random.ts';
import type { CellResult, CellSpec } from './cell.ts';
import { runMatrix } from './matrix.ts';
import { failureOf, nameOf, tableOf } from './report.ts';
import { Results } from './results.ts';
import { STEPS } from './steps.ts';
import { CONTROLS, VICTIMS } from './victims.ts';

const USAGE = `npm run chaos -- [--seed N] [--cells STEP:VICTIM,…] [--lanes N] [--beside N] [--promotion SECONDS] [--results FILE] [--for SECONDS] [--trace]

Strikes each victim at each step of a cutover and of a settlement, on the whole embedded AWS, and prints the table of the
two. A cell is "*" for all: --cells '*:task-kill,seal:*'. Promotions take a random time up to --promotion (default 6 s).
Each of --lanes (1) is an embedded AWS, in which --beside (4) cells run side by side.
--results appends each cell to a file of JSON lines, takes the seed from it, and passes over cells that have passed there.
No cell begins any more after --for; those that run come to their end. --trace tells each step as it is seen.
Steps: ${STEPS.map(({ id }) => id).join(', ')}
Victims: ${VICTIMS.map(({ id }) => id).join(', ')}
Controls, which have to fail: ${CONTROLS.map(({ id }) => id).join(', ')}`;

const options = {
  seed: { type: 'string' },
  cells: { type: 'string', default: '*:*' },
  lanes: { type: 'string', default: '1' },
  beside: { type: 'string', default: '4' },
  promotion: { type: 'string', default: '6' },
  results: { type: 'string' },
  for: { type: 'string' },
  trace: { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

const asked = (cells: string): { step: string; victim: string }[] => {
  const named = cells.split(',').flatMap((cell) => {
    const [step = '*', victim = '*'] = cell.split(':');
    const those = victim === '*' ? VICTIMS : [...VICTIMS, ...CONTROLS].filter(({ id }) => id === victim);
    return STEPS.filter(({ id }) => step === '*' || id === step).flatMap((one) =>
      those.map(({ id }) => ({ step: one.id, victim: id })),
    );
  });
  return [...new Map(named.map((one) => [nameOf(one), one])).values()];
};

const main = async (): Promise<number> => {
  const { values } = parseArgs({ options });
  const cells = asked(values.cells);
  if (values.help || cells.length === 0) {
    console.log(USAGE);
    return values.help ? 0 : 2;
  }
  const file = values.results === undefined ? undefined : new Results(values.results);
  const kept = file?.read() ?? [];
  const seed = values.seed === undefined ? (kept.at(-1)?.spec.seed ?? newSeed()) : Number(values.seed);
  const promotionMs = Number(values.promotion) * 1000;
  const done = kept.filter(({ spec, state }) => spec.seed === seed && state === 'passed');
  const names = new Set(done.map(({ spec }) => nameOf(spec)));
  const specs = cells
    .filter((cell) => !names.has(nameOf(cell)))
    .map((cell): CellSpec => ({ ...cell, seed, promotionMs }));
  console.log(
    `${specs.length} of ${cells.length} cells, seed ${seed}, promotions of 0 to ${values.promotion} s: ${new Date().toISOString()}\n`,
  );

  const aborted = new AbortController();
  let count = 0;
  const heard = (result: CellResult) => {
    const { spec, state, outcome, tookMs } = result;
    file?.append(result);
    count++;
    const what = `${spec.step} x ${spec.victim}: ${state}${outcome ? `, ${outcome}` : ''}`;
    console.log(`${String(count).padStart(4)}/${specs.length} ${what} (${(tookMs / 1000).toFixed(1)} s)`);
    if (state !== 'passed') console.log(failureOf(result));
  };
  const { promise: ended, resolve: end } = Promise.withResolvers<void>();
  endOnSignal(async () => {
    aborted.abort();
    await ended;
  });
  const lanes = Number(values.lanes);
  const beside = Number(values.beside);
  const results = await runMatrix(specs, {
    lanes,
    beside,
    heard,
    signal: aborted.signal,
    ...(values.trace && { told: (what: string) => console.log(`${new Date().toISOString()} ${what}`) }),
    ...(values.for !== undefined && { forMs: Number(values.for) * 1000 }),
  }).finally(end);

  const all = [...done, ...results].filter(({ spec }) => cells.some((cell) => nameOf(cell) === nameOf(spec)));
  const inUse = (ids: readonly { id: string }[], which: 'step' | 'victim') =>
    ids.map(({ id }) => id).filter((id) => cells.some((cell) => cell[which] === id));
  const [steps, victims] = [inUse(STEPS, 'step'), inUse([...VICTIMS, ...CONTROLS], 'victim')];
  console.log(`\n${tableOf(all, steps, victims)}\n`);
  const sum = (state: CellResult['state']) => all.filter((result) => result.state === state).length;
  console.log(`${sum('passed')} passed, ${sum('failed')} failed, ${sum('unreached')} not reached`);
  return sum('passed') === cells.length ? 0 : 1;
};

process.exitCode = await main();
