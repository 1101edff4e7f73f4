import { count } from './format.ts';

/** The offset certificate, as far as the demo shows it. */
export interface Certificate {
  fence: { kind: string };
  shards: { fencedOffset: number; nodes: { appliedOffset: number }[] }[];
  times: { frozenAt?: string; completeSentAt: string };
  hash: { value: string };
}

/** What the certificate proves, in two lines. */
export const certificateLines = (certificate: Certificate | undefined): string[] => {
  if (!certificate) return [];
  const { fence, shards, times, hash } = certificate;
  const nodes = shards.flatMap((shard) => shard.nodes.map((node) => node.appliedOffset >= shard.fencedOffset));
  const applied = nodes.filter(Boolean).length;
  const frozenMs =
    times.frozenAt === undefined ? undefined : Date.parse(times.completeSentAt) - Date.parse(times.frozenAt);
  return [
    `            fenced by ${fence.kind} at offset ${count(shards[0]?.fencedOffset ?? 0)}, applied by ${applied} of ${nodes.length} nodes${frozenMs === undefined ? '' : `, ${frozenMs} ms after the freeze`}`,
    `            certificate sha256 ${hash.value.slice(0, 16)}…`,
  ];
};
