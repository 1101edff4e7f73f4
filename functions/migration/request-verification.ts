import * as z from 'zod/mini';
import type { Violation } from './error.ts';
import {
  DEFAULT_SAMPLE_KEYS,
  DEFAULT_VERIFICATION,
  VERIFICATION_MODES,
  type VerificationSettings,
} from './verification.ts';

const whole = (least: number, most: number) => {
  const rule = `must be a whole number from ${least} to ${most}`;
  return z.optional(z.int(rule).check(z.minimum(least, rule), z.maximum(most, rule)));
};

const A_WEEK_MINUTES = 7 * 24 * 60;
const A_DAY_MS = 24 * 3600 * 1000;

export const verification = z.strictObject(
  {
    mode: z._default(z.enum(VERIFICATION_MODES, 'must be "full", "sample" or "none"'), DEFAULT_VERIFICATION.mode),
    sampleKeys: whole(1, 10_000_000),
    maxKeysPerSecond: whole(100, 1_000_000),
    freshForMinutes: whole(1, A_WEEK_MINUTES),
    ttlToleranceMs: whole(0, A_DAY_MS),
  },
  'must be an object',
);

/** With every default; undefined where it asks for what is done anyway, so that equal requests are equal. */
export const toSettings = (asked: z.infer<typeof verification>): VerificationSettings | undefined => {
  const { mode, sampleKeys = DEFAULT_SAMPLE_KEYS, ttlToleranceMs } = asked;
  const { maxKeysPerSecond = DEFAULT_VERIFICATION.maxKeysPerSecond } = asked;
  const { freshForMinutes = DEFAULT_VERIFICATION.freshForMinutes } = asked;
  const isDefault =
    mode === DEFAULT_VERIFICATION.mode &&
    maxKeysPerSecond === DEFAULT_VERIFICATION.maxKeysPerSecond &&
    freshForMinutes === DEFAULT_VERIFICATION.freshForMinutes &&
    ttlToleranceMs === undefined;
  if (isDefault) return undefined;
  return {
    mode,
    ...(mode === 'sample' && { sampleKeys }),
    maxKeysPerSecond,
    freshForMinutes,
    ...(ttlToleranceMs !== undefined && { ttlToleranceMs }),
  };
};

/** Fields that say nothing under the mode that is asked for: not ignored, as no field is. */
export const needless = (input: unknown): Violation[] => {
  const asked = (input as { verification?: Record<string, unknown> | null } | null)?.verification;
  if (typeof asked !== 'object' || asked === null) return [];
  const { mode = DEFAULT_VERIFICATION.mode } = asked;
  const sayNothing =
    mode === 'none'
      ? ['sampleKeys', 'maxKeysPerSecond', 'freshForMinutes', 'ttlToleranceMs']
      : mode === 'full'
        ? ['sampleKeys']
        : [];
  return sayNothing
    .filter((field) => asked[field] !== undefined)
    .map((field) => ({ pointer: `/verification/${field}`, detail: `says nothing with mode "${mode}"` }));
};
