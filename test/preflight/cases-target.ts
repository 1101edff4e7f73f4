import type { Case } from './case.ts';

/** Conditions of the target. */
export const TARGET_CASES: readonly Case[] = [];
