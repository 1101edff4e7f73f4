import { afterEach, beforeEach, vi } from 'vitest';

/** A line in CloudWatch's embedded metric format. */
export interface FigureLine {
  _aws: {
    Timestamp: number;
    CloudWatchMetrics: { Namespace: string; Dimensions: string[][]; Metrics: { Name: string; Unit: string }[] }[];
  };
  [more: string]: unknown;
}

export const isFigureLine = (entry: object): entry is FigureLine => '_aws' in entry;

/** Each metric with its value, in order; `name[code]` where it has that dimension. */
export const figuresIn = (lines: readonly FigureLine[]): [string, number][] =>
  lines.flatMap((line) =>
    line._aws.CloudWatchMetrics.flatMap(({ Metrics }) =>
      Metrics.map(({ Name }): [string, number] => [line.code ? `${Name}[${line.code}]` : Name, Number(line[Name])]),
    ),
  );

/** Takes what is printed to either stream in a test, each line of it an entry. */
export const hearLines = () => {
  let written = '';
  beforeEach(() => {
    written = '';
    for (const stream of [process.stdout, process.stderr]) {
      vi.spyOn(stream, 'write').mockImplementation(((chunk: string | Uint8Array) => {
        written += chunk.toString();
        return true;
      }) as never);
    }
  });
  afterEach(() => vi.restoreAllMocks());
  const entries = (): Record<string, unknown>[] =>
    written
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  return {
    figures: () => figuresIn(entries().filter(isFigureLine)),
    figureLines: () => entries().filter(isFigureLine),
    lines: () => entries().filter((entry) => !isFigureLine(entry)),
  };
};
