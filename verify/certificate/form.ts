import * as z from 'zod';
import type { OffsetCertificate } from '../../functions/migration/certificate.ts';
import { FENCE_CHOICES } from '../../functions/migration/fence.ts';

const text = z.string().min(1);
const hex = (digits: number) =>
  z.string().regex(new RegExp(`^[0-9a-f]{${digits}}$`), `must be ${digits} hex digits in lower case`);
/** Beyond this a number is not exact any more, and its canonical form is another number's too. */
const offset = z.int().min(0);
const time = z.iso.datetime('must be a time of ISO 8601 in UTC');
const endpoint = z.object({ address: text, port: z.int().min(1).max(65_535) });
const role = z.enum(['primary', 'replica']);
const asker = z.object({ by: z.enum(['http', 'bus']), at: time });

const shard = z.object({
  nodeGroupId: text,
  source: endpoint,
  replicationId: hex(40),
  fencedOffset: offset,
  nodes: z.array(z.object({ cacheClusterId: text, role, endpoint, appliedOffset: offset })),
  promoted: z.object({
    primary: endpoint,
    replicationId: hex(40),
    previousReplicationId: hex(40).optional(),
    continuesUpToOffset: z.int().optional(),
  }),
});

/** Members that are not named here are covered by the hash all the same. */
const form = z.object({
  certificate: z.literal('elasticache-migrator/offsets/v1'),
  migrationId: text,
  replicationGroupId: text,
  executionArn: text,
  fence: z.object({
    kind: z.enum(FENCE_CHOICES).exclude(['auto']),
    nodes: z.array(z.object({ endpoint, role, outlivesRestart: z.boolean() })),
  }),
  shards: z.array(shard),
  times: z.object({
    migrationRequestedAt: time,
    cutoverRequestedAt: time.optional(),
    frozenAt: time.optional(),
    drainedAt: time.optional(),
    fencedAt: time.optional(),
    completeSentAt: time,
    promotedAt: time,
  }),
  askedBy: z.object({ migration: asker.optional(), cutover: asker.optional() }),
  verification: z
    .object({
      mode: text,
      verdict: z.enum(['same', 'different', 'unknown']),
      verifiedAt: time,
      compared: z.int().min(0).optional(),
      differences: z.int().min(0).optional(),
      waived: z.boolean(),
    })
    .nullable(),
  waivers: z.array(text),
  confirmation: z
    .object({
      at: time,
      by: asker,
      reason: z.string(),
      unproven: z.array(text),
      keys: z.array(z.object({ nodeGroupId: text, sourceKeys: z.int().min(0).optional(), targetKeys: z.int().min(0) })),
      unfenced: z.array(text).optional(),
    })
    .optional(),
  hash: z.object({ algorithm: z.literal('SHA-256'), value: hex(64) }),
  signature: z.object({ keyId: text, algorithm: text, value: z.base64().min(1) }).optional(),
});

const MOST_PROBLEMS = 50;

/** The certificate, with the members that this form does not know; or everything that is wrong with its form. */
export const toCertificate = (value: unknown): { certificate: OffsetCertificate } | { problems: string[] } => {
  const parsed = form.safeParse(value);
  if (parsed.success) return { certificate: value as OffsetCertificate };
  const problems = parsed.error.issues.map(
    ({ path, message }) => `${path.length === 0 ? 'the certificate' : path.map(String).join('.')}: ${message}`,
  );
  return { problems: problems.slice(0, MOST_PROBLEMS) };
};
