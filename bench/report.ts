/** One line of a report: a figure, the bound it is held against, and whether it keeps it. */
export const report = (
  what: string,
  figure: string,
  bound?: { text: string; kept: boolean; word?: 'at most' | 'at least' | 'expected' },
): void => {
  const verdict = bound ? `   (${bound.word ?? 'at most'} ${bound.text}: ${bound.kept ? 'kept' : 'NOT KEPT'})` : '';
  console.log(`  ${what.padEnd(52)} ${figure}${verdict}`);
  if (bound && !bound.kept) process.exitCode = 1;
};

export const heading = (text: string): void => console.log(`\n${text}`);

export const median = (figures: readonly number[]): number => quantile(figures, 0.5);

export const quantile = (figures: readonly number[], share: number): number => {
  const sorted = [...figures].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
};
