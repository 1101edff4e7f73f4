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

/** Takes what is printed to either stream from now on. */
const takePrinted = () => {
  let written = '';
  const spies = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockImplementation(((chunk: string | Uint8Array) => {
      written += chunk.toString();
      return true;
    }) as never),
  );
  const entries = (): Record<string, unknown>[] =>
    written
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line));
  return {
    figures: () => figuresIn(entries().filter(isFigureLine)),
    figureLines: () => entries().filter(isFigureLine),
    lines: () => entries().filter((entry) => !isFigureLine(entry)),
    release: () => {
      for (const spy of spies) spy.mockRestore();
    },
  };
};

/** Takes what is printed to either stream in a test, each line of it an entry. */
export const hearLines = () => {
  let heard = takePrinted();
  heard.release();
  beforeEach(() => {
    heard = takePrinted();
  });
  afterEach(() => vi.restoreAllMocks());
  return {
    figures: () => heard.figures(),
    figureLines: () => heard.figureLines(),
    lines: () => heard.lines(),
  };
};

/** The same for what is done outside of a test. @throws what `work` throws */
export const hearWhile = async <T>(work: () => Promise<T>) => {
  const heard = takePrinted();
  try {
    return { result: await work(), figures: heard.figures(), lines: heard.lines() };
  } finally {
    heard.release();
  }
};
