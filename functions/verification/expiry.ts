import type { Session } from './session.ts';

/** Beyond what clocks differ by: how long a server may take to delete what has expired. */
const NEAR_EXPIRY_MS = 5000;

/** A key that expires so soon may be gone on one side already: each server hides it by its own clock. */
export const isNearExpiry = ({ clock, aheadMs }: Session, expiresAtMs: number): boolean =>
  expiresAtMs >= 0 && expiresAtMs < clock.now() + aheadMs.latest + NEAR_EXPIRY_MS;

export const hasExpiredOnTarget = ({ clock, aheadMs }: Session, expiresAtMs: number): boolean =>
  expiresAtMs <= clock.now() + aheadMs.target;
