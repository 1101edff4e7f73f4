import { pauseOnly, withoutFence } from '../test/cutover/ledger/controls.ts';
import { type Procedure, type Result, runCutover } from '../test/cutover/ledger/cutover.ts';
import { Ledger } from '../test/cutover/ledger/ledger.ts';
import { ourCutover } from '../test/cutover/ledger/our-cutover.ts';
import { newSeed, Random } from '../test/verification/support/random.ts';
import { heading, quantile, report } from './report.ts';

const CUTOVERS = 200;
const CONTROLS = 5;
/** By shard, each at full speed. */
const WRITERS = { set: 3, multi: 1, eval: 1, push: 1, pop: 1, resp3: 1, reconnecting: 1, straggler: 1 };
const THREE_LINKS_WRITERS = { set: 1, multi: 1, eval: 1, push: 1, pop: 1, resp3: 1, reconnecting: 1, straggler: 1 };
const DRAIN_BUDGET_MS = 500;
/** Half of the promotions outlast the budget of the drain. */
const LONGEST_PROMOTION_MS = 1000;
const MOST_TIMES_BARE = 1.5;

/** Cutovers of one link and of three in turns, while writers write at full speed; then the controls, which have to lose. */
export const benchCutover = async (): Promise<void> => {
  const seed = newSeed();
  heading(`${CUTOVERS} cutovers under writers at full speed, one link and three in turns (seed ${seed})`);
  const random = new Random(seed);
  const ledger = new Ledger();
  const run = (procedure: Procedure, nth: number) =>
    runCutover(ledger, {
      procedure,
      links: nth % 2 === 0 ? 1 : 3,
      writers: nth % 2 === 0 ? WRITERS : THREE_LINKS_WRITERS,
      servers: { sourceReplicas: nth % 4 === 3 ? 1 : 0 },
      drainBudgetMs: DRAIN_BUDGET_MS,
      promotionMs: () => random.below(LONGEST_PROMOTION_MS),
      warmUp: 1000,
    });
  try {
    const results: Result[] = [];
    for (let nth = 0; nth < CUTOVERS; nth++) results.push(await run(ourCutover, nth));
    reportCutovers(results);
    for (const [name, control] of [
      ['without a fence', withoutFence],
      ['with a pause and no durable fence', pauseOnly],
    ] as const) {
      const controls: Result[] = [];
      for (let nth = 0; nth < CONTROLS; nth++) controls.push(await run(control, nth));
      const lost = controls.filter(({ verdict }) => verdict.lost > 0).length;
      report(
        `${name}: lost`,
        `${sum(controls, (it) => it.verdict.lost)} of ${sum(controls, (it) => it.verdict.total)}`,
        {
          text: `some in each of ${CONTROLS}`,
          word: 'expected',
          kept: lost === CONTROLS,
        },
      );
    }
  } finally {
    await ledger.end();
  }
};

const sum = (results: readonly Result[], of: (result: Result) => number): number =>
  results.reduce((total, result) => total + of(result), 0);

const reportCutovers = (results: readonly Result[]): void => {
  const sent = results.filter(({ cut }) => cut.outcome === 'sent');
  const zero = (what: string, figure: number) =>
    report(what, String(figure), { text: '0', word: 'expected', kept: figure === 0 });
  const acknowledged = sum(results, ({ verdict }) => verdict.total);
  report('carried out / backed out', `${sent.length} / ${results.length - sent.length}`);
  report('acknowledged writes', acknowledged.toLocaleString('en-US'));
  zero(
    'lost',
    sum(results, ({ verdict }) => verdict.lost),
  );
  zero(
    'taken by the source under its fence',
    sum(results, ({ verdict }) => verdict.late),
  );
  zero(
    'taken by the target before its promotion',
    sum(results, ({ verdict }) => verdict.early),
  );
  zero(
    'given out by both',
    sum(results, ({ verdict }) => verdict.twice),
  );
  for (const result of results) for (const example of result.verdict.examples) console.log(`    ${example}`);
  const drains = sent.map(({ cut }) => cut.drainMs ?? Number.NaN);
  const bare = sent.map(({ bareDrainMs }) => bareDrainMs);
  report('drain p50 / p99 / max', inMs(drains));
  report('bare: pause, offsets reached', inMs(bare));
  const ratio = quantile(drains, 0.5) / quantile(bare, 0.5);
  report('drain to bare, medians', ratio.toFixed(2), { text: String(MOST_TIMES_BARE), kept: ratio <= MOST_TIMES_BARE });
  report('freeze to CompleteMigration p50 / p99 / max', inMs(sent.map(({ cut }) => cut.freezeMs ?? Number.NaN)));
};

const inMs = (figures: readonly number[]): string =>
  `${[0.5, 0.99, 1].map((share) => quantile(figures, share).toFixed(1)).join(' / ')} ms`;
