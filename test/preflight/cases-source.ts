import type { Case } from './case.ts';

/** Conditions of the source. */
export const SOURCE_CASES: readonly Case[] = [];
