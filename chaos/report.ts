import type { CellResult } from './cell.ts';

/** What was not run has none. */
const SIGNS = { passed: 'ok', failed: 'FAIL', unreached: '-' } as const;

type Told = Omit<CellResult, 'verdict'>;

export const nameOf = ({ step, victim }: { step: string; victim: string }): string => `${step}:${victim}`;

/** Steps down, victims across. */
export const tableOf = (results: readonly Told[], steps: readonly string[], victims: readonly string[]): string => {
  const width = Math.max(...steps.map(({ length }) => length)) + 2;
  const columns = victims.map(({ length }) => Math.max(length, 4) + 2);
  const line = (head: string, cells: readonly string[]) =>
    head.padEnd(width) + cells.map((cell, index) => cell.padEnd(columns[index] as number)).join('');
  const found = (step: string, victim: string) =>
    results.find(({ spec }) => spec.step === step && spec.victim === victim);
  return [
    line('', victims),
    ...steps.map((step) =>
      line(
        step,
        victims.map((victim) => {
          const result = found(step, victim);
          return result ? SIGNS[result.state] : '';
        }),
      ),
    ),
  ].join('\n');
};

/** What went wrong in a cell, and how to see it again. */
export const failureOf = ({ spec, problems, trace, outcome }: Told): string =>
  [
    `${spec.step} x ${spec.victim} (outcome ${outcome ?? 'none'}): npm run chaos -- --seed ${spec.seed} --cells ${nameOf(spec)} --promotion ${spec.promotionMs / 1000}`,
    ...problems.map((problem) => `    ${problem}`),
    `    ${trace.join(' > ')}`,
  ].join('\n');
