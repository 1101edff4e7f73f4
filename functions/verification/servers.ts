import { type Checkpoint, note, type Servers, startOver, type VerificationOptions } from './checkpoint.ts';
import { VerificationImpossibleError } from './errors.ts';
import type { KeyReader, Manner, ServerIdentity, Traits } from './ports.ts';

export interface Readers {
  source: KeyReader;
  target: KeyReader;
}

interface Both<T> {
  source: T;
  target: T;
}

/** Without exact expiries: relative ones are applied when they arrive, by each server's own clock. */
const LAG_TOLERANCE_MS = 1000;
const NOT_LINKED =
  'The target does not replicate from the source: no offsets were waited for, and writes meanwhile look like differences';
/** PTTL and TIME are read one after the other. */
const INEXACT_MS = 10;

export const identities = async ({ source, target }: Readers): Promise<Both<ServerIdentity>> => {
  const [ofSource, ofTarget] = await Promise.all([source.identity(), target.identity()]);
  return { source: ofSource, target: ofTarget };
};

export const traitsOf = async ({ source, target }: Readers): Promise<Both<Traits>> => {
  const [ofSource, ofTarget] = await Promise.all([source.traits(), target.traits()]);
  return { source: ofSource, target: ofTarget };
};

/** How both sides describe values, so that equal ones look equal. */
export const mannerFor = ({ source, target }: Both<Traits>): Manner => ({
  quick: source.scripts && target.scripts,
  hashedSort: !(source.sortsByBytes && target.sortsByBytes),
  printScores: source.version !== target.version,
  streamCounters: source.streamCounters && target.streamCounters,
  fieldExpiry: source.fieldExpiry && target.fieldExpiry,
});

/**
 * Whether the servers are still those that the checkpoint tells of; else it starts over. Returns who they are.
 *
 * @throws VerificationImpossibleError when both are one and the same server
 */
export const sameServers = (checkpoint: Checkpoint, now: Both<ServerIdentity>, traits: Both<Traits>): Servers => {
  const known = checkpoint.servers;
  if (now.source.runId !== '' && now.source.runId === now.target.runId) {
    throw new VerificationImpossibleError('the target', 'it is the same server as the source');
  }
  const current = describe(checkpoint.options, now, traits);
  const changes = known ? [changed('source', known, current), changed('target', known, current)].filter(Boolean) : [];
  if (known && now.source.renames > known.renames) {
    noteRenames(checkpoint, now.source.renames - known.renames);
    known.renames = now.source.renames;
  }
  if (changes.length > 0) startOver(checkpoint, `Began anew: ${changes.join(' and ')}`);
  checkpoint.servers ??= current;
  if (!current.linked) note(checkpoint, NOT_LINKED);
  return checkpoint.servers;
};

const noteRenames = (checkpoint: Checkpoint, calls: number): void => {
  checkpoint.renames += calls;
  checkpoint.notes = checkpoint.notes.filter((text) => !text.startsWith(RENAMED));
  note(
    checkpoint,
    `${RENAMED}: ${checkpoint.renames} calls. A difference that went with a key to where it had been looked already was not seen`,
  );
};
const RENAMED = 'Keys were renamed or moved meanwhile';

const changed = (side: 'source' | 'target', known: Servers, now: Servers): string | undefined => {
  if (known[side].runId !== now[side].runId) return `the ${side} was restarted or replaced`;
  if (known[side].replicationId !== now[side].replicationId) return `the ${side}'s replication id changed`;
  if (known.swaps[side] !== now.swaps[side]) return `SWAPDB was called on the ${side}`;
  // A full resynchronisation leaves both ids as they are.
  return side === 'target' && known.fullSyncs !== now.fullSyncs ? 'the target may have been loaded anew' : undefined;
};

const describe = (
  options: VerificationOptions,
  { source, target }: Both<ServerIdentity>,
  traits: Both<Traits>,
): Servers => ({
  source: { runId: source.runId, replicationId: source.replicationId },
  target: { runId: target.runId, replicationId: target.replicationId },
  linked: target.role === 'slave' && target.replicationId === source.replicationId,
  fullSyncs: target.role === 'slave' && target.replicationId === source.replicationId ? source.fullSyncs : 0,
  swaps: { source: source.swaps, target: target.swaps },
  renames: source.renames,
  evictedKeys: { source: source.evictedKeys, target: target.evictedKeys },
  ttlToleranceMs: toleranceFor(options, Math.abs(source.nowMs - target.nowMs), traits),
});

const toleranceFor = (
  { ttlToleranceMs }: VerificationOptions,
  skewMs: number,
  { source, target }: Both<Traits>,
): number =>
  source.exactExpiry && target.exactExpiry
    ? (ttlToleranceMs ?? 0)
    : Math.max(INEXACT_MS, ttlToleranceMs ?? LAG_TOLERANCE_MS + skewMs);

/** Keys on one side that the verification is about. */
export const keysIn = (
  { keys }: ServerIdentity,
  { database }: VerificationOptions,
): [database: number, keys: number][] =>
  Object.entries(keys)
    .map(([number, count]): [number, number] => [Number(number), count])
    .filter(([number, count]) => count > 0 && (database === undefined || number === database))
    .sort(([a], [b]) => a - b);
