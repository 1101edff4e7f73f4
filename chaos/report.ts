import type { CellResult } from './cell.ts';

const SIGNS = { passed: 'ok', failed: 'FAIL', unreached: '-' } as const;

/** Steps down, victims across. */
export const tableOf = (
  results: readonly CellResult[],
  steps: readonly string[],
  victims: readonly string[],
): string => {
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
        victims.map((victim) => SIGNS[found(step, victim)?.state ?? 'unreached']),
      ),
    ),
  ].join('\n');
};

/** What went wrong in a cell, and how to see it again. */
export const failureOf = ({ spec, problems, trace, outcome }: CellResult): string =>
  [
    `${spec.step} x ${spec.victim} (outcome ${outcome ?? 'none'}): npm run chaos -- --seed ${spec.seed} --cells ${spec.step}:${spec.victim}`,
    ...problems.map((problem) => `    ${problem}`),
    `    ${trace.join(' > ')}`,
  ].join('\n');
