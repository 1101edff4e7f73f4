import * as z from 'zod/mini';
import { DEFAULT_CUTOVER, FENCE_CHOICES, type RequestedCutover } from './fence.ts';

const whole = (least: number, most: number) => {
  const rule = `must be a whole number from ${least} to ${most}`;
  return z.optional(z.int(rule).check(z.minimum(least, rule), z.maximum(most, rule)));
};

const A_MINUTE_MS = 60_000;
const A_DAY_SECONDS = 24 * 3600;

export const cutover = z.strictObject(
  {
    mode: z._default(z.enum(['manual', 'automatic'], 'must be "manual" or "automatic"'), DEFAULT_CUTOVER.mode),
    fence: z.optional(z.enum(FENCE_CHOICES, 'must be "auto", "acl", "minReplicas" or "none"')),
    drainBudgetMs: whole(100, A_MINUTE_MS),
    promotionBudgetSeconds: whole(10, A_DAY_SECONDS),
    quietSeconds: whole(0, A_DAY_SECONDS),
  },
  'must be an object',
);

/** `cutover` of a request, without what it says that is done anyway: equal requests are equal. */
export type CutoverRequestSettings = Pick<RequestedCutover, 'mode'> & Partial<RequestedCutover>;

export const toCutover = ({ mode, ...asked }: z.infer<typeof cutover>): CutoverRequestSettings => {
  const told = Object.entries(asked).filter(
    ([name, value]) => value !== undefined && value !== DEFAULT_CUTOVER[name as keyof typeof DEFAULT_CUTOVER],
  );
  return { mode, ...Object.fromEntries(told) };
};

/** With every default that this service has; the promotion budget's is the deployment's own. */
export const cutoverSettings = (asked: CutoverRequestSettings): RequestedCutover => ({ ...DEFAULT_CUTOVER, ...asked });
