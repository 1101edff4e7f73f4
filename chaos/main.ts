import { parseArgs } from 'node:util';
import { newSeed } from '../test/verification/support/random.ts';
import type { CellResult, CellSpec } from './cell.ts';
import { runMatrix } from './matrix.ts';
import { failureOf, tableOf } from './report.ts';
import { STEPS } from './steps.ts';
import { VICTIMS } from './victims.ts';

const USAGE = `npm run chaos -- [--seed N] [--cells STEP:VICTIM,…] [--lanes N] [--promotion SECONDS]

Strikes each victim at each step of a cutover and of a settlement, on the whole embedded AWS, and prints the table of the
two. A cell is "*" for all: --cells '*:task-kill,seal:*'. Promotions take a random time up to --promotion (default 6 s).
Steps: ${STEPS.map(({ id }) => id).join(', ')}
Victims: ${VICTIMS.map(({ id }) => id).join(', ')}`;

const options = {
  seed: { type: 'string' },
  cells: { type: 'string', default: '*:*' },
  lanes: { type: 'string', default: '3' },
  promotion: { type: 'string', default: '6' },
  help: { type: 'boolean' },
} as const;

const asked = (cells: string): { step: string; victim: string }[] =>
  cells.split(',').flatMap((cell) => {
    const [step = '*', victim = '*'] = cell.split(':');
    return STEPS.filter(({ id }) => step === '*' || id === step).flatMap((one) =>
      VICTIMS.filter(({ id }) => victim === '*' || id === victim).map(({ id }) => ({ step: one.id, victim: id })),
    );
  });

const main = async (): Promise<number> => {
  const { values } = parseArgs({ options });
  const cells = asked(values.cells);
  if (values.help || cells.length === 0) {
    console.log(USAGE);
    return values.help ? 0 : 2;
  }
  const seed = values.seed === undefined ? newSeed() : Number(values.seed);
  const specs = cells.map((cell): CellSpec => ({ ...cell, seed, promotionMs: Number(values.promotion) * 1000 }));
  console.log(`${specs.length} cells, seed ${seed}, promotions of 0 to ${values.promotion} s\n`);

  let done = 0;
  const tell = ({ spec, state, outcome, tookMs }: CellResult) => {
    done++;
    const what = `${spec.step} x ${spec.victim}: ${state}${outcome ? `, ${outcome}` : ''}`;
    console.log(`${String(done).padStart(4)}/${specs.length} ${what} (${(tookMs / 1000).toFixed(1)} s)`);
  };
  const results = await runMatrix(specs, Number(values.lanes), tell);
  const inUse = (ids: readonly { id: string }[], which: 'step' | 'victim') =>
    ids.map(({ id }) => id).filter((id) => specs.some((spec) => spec[which] === id));
  console.log(`\n${tableOf(results, inUse(STEPS, 'step'), inUse(VICTIMS, 'victim'))}\n`);
  const failed = results.filter(({ state }) => state === 'failed');
  for (const result of failed) console.log(failureOf(result));
  const count = (state: CellResult['state']) => results.filter((result) => result.state === state).length;
  console.log(`${count('passed')} passed, ${count('failed')} failed, ${count('unreached')} not reached`);
  return failed.length === 0 ? 0 : 1;
};

process.exitCode = await main();
