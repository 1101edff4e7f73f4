import * as z from 'zod/mini';
import type { ActRequest } from './acts.ts';
import { hasAtMost, tellable } from './characters.ts';
import { withoutLongLists } from './long-lists.ts';
import { endpoint, text, violationsOf } from './request.ts';
import { InvalidRequestError } from './request-errors.ts';

/** What is asked for with an unfence. */
export type UnfenceAsking = Required<Pick<ActRequest, 'reason'>> & Pick<ActRequest, 'giveUp'>;

/** A primary and its replicas; Redis sets no bound, and nobody types more. */
const MOST_NODES = 50;

const MISSING = 'is missing: whoever asks for this says why';

const body = z.strictObject(
  {
    reason: text('a string of at most 1000 characters').check(
      z.refine((reason) => hasAtMost(reason, 1000), 'must be a string of at most 1000 characters'),
      z.refine((reason) => reason.trim() !== '', MISSING),
    ),
    giveUp: z.optional(z.array(endpoint, 'must be a list of nodes of the source, each with address and port')),
  },
  'must be a JSON object',
);

/**
 * Reads a request to unfence: `{reason, giveUp?: [{address, port}]}`.
 *
 * @throws InvalidRequestError with every violation
 */
export const parseUnfenceAsking = (input: unknown): UnfenceAsking => {
  const parsed = body.safeParse(withoutLongLists(input), { reportInput: true });
  const list = (input as { giveUp?: unknown } | null)?.giveUp;
  // Not a check of the schema: zod drops the elements' own issues when a check of their list fails.
  const violations: InvalidRequestError['violations'] = [];
  if (Array.isArray(list) && (list.length === 0 || list.length > MOST_NODES)) {
    violations.push({ pointer: '/giveUp', detail: `must have 1 to ${MOST_NODES} nodes` });
  }
  if (!parsed.success) violations.push(...parsed.error.issues.flatMap(violationsOf));
  if (!parsed.success || violations.length > 0) throw new InvalidRequestError(violations.map(missingReason));
  const { reason, giveUp } = parsed.data;
  return { reason: tellable(reason), ...(giveUp && { giveUp }) };
};

const missingReason = (violation: InvalidRequestError['violations'][number]) =>
  violation.pointer === '/reason' && violation.detail.startsWith('is missing')
    ? { ...violation, detail: MISSING }
    : violation;
