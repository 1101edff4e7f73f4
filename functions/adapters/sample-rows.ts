import type { KeptSample, ShardSample } from '../migration/sample.ts';
import type { Phase } from '../migration/status.ts';

/** The figures of a row, after the milliseconds since its run began. */
const FIGURES = [
  'lagBytes',
  'lagSeconds',
  'bytesCopied',
  'bytesTotal',
  'appliedOffset',
  'bufferBytes',
  'bufferLimitBytes',
] as const;

type Cell = number | null | Shard[];
type Shard = [nodeGroupId: string, lagBytes: number | null, lagSeconds: number | null];
/** Samples of one phase and one stream, one after the other. */
type Run = [phase: Phase, stream: string | null, beganMs: number, rows: Cell[][]];

/** Samples as a short text: what is written is paid by the kilobyte. */
export const toRows = (samples: readonly KeptSample[]): string => {
  const runs: Run[] = [];
  for (const sample of samples) {
    const { phase, stream = null } = sample;
    const atMs = Date.parse(sample.at);
    const last = runs.at(-1);
    const isGoingOn = last && last[0] === phase && last[1] === stream;
    if (isGoingOn) last[3].push(toRow(sample, atMs - last[2]));
    else runs.push([phase, stream, atMs, [toRow(sample, 0)]]);
  }
  return JSON.stringify(runs);
};

export const fromRows = (text: string): KeptSample[] =>
  (JSON.parse(text) as Run[]).flatMap(([phase, stream, beganMs, rows]) =>
    rows.map(([sinceMs, ...cells]) => ({
      at: new Date(beganMs + Number(sinceMs)).toISOString(),
      phase,
      ...(stream !== null && { stream }),
      ...Object.fromEntries(
        FIGURES.flatMap((figure, at) => (typeof cells[at] === 'number' ? [[figure, cells[at]]] : [])),
      ),
      ...(Array.isArray(cells[FIGURES.length]) && { shards: (cells[FIGURES.length] as Shard[]).map(fromShard) }),
    })),
  );

const toRow = (sample: KeptSample, sinceMs: number): Cell[] => {
  const row: Cell[] = [
    sinceMs,
    ...FIGURES.map((figure) => sample[figure] ?? null),
    sample.shards?.map(toShard) ?? null,
  ];
  return row.slice(0, row.findLastIndex((cell) => cell !== null) + 1);
};

const toShard = ({ nodeGroupId, lagBytes, lagSeconds }: ShardSample): Shard => [
  nodeGroupId,
  lagBytes ?? null,
  lagSeconds ?? null,
];

const fromShard = ([nodeGroupId, lagBytes, lagSeconds]: Shard): ShardSample => ({
  nodeGroupId,
  ...(lagBytes !== null && { lagBytes }),
  ...(lagSeconds !== null && { lagSeconds }),
});
