/** What the figures are made of; each can be set in the environment, for a quick run or a longer one. */
const from = (name: string, usual: number): number => Number(process.env[name] ?? usual);

/** Of every class of fault, with and without load. */
export const PLANTINGS: number = from('PLANTINGS', 20);
/** Over identical data. */
export const RUNS: number = from('RUNS', 20);
export const WRITES_PER_SECOND: number = from('WRITES', 5000);
export const KILLS: number = from('KILLS', 50);
/** Of the collections whose SLOWLOG is looked at. */
export const BIG_ELEMENTS: number = from('ELEMENTS', 1_000_000);
/** `KEYS=100000,1000000`. */
export const SIZES: readonly number[] = (process.env.KEYS ?? '100000,1000000,5000000').split(',').map(Number);
/** Up to this many keys it is held against a comparison that people write themselves. */
export const COMPARED_UP_TO: number = from('COMPARED', 1_000_000);
