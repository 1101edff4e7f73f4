import type { GroupEvent } from './ports.ts';

export interface Verdict {
  outcome: 'succeeded' | 'failed';
  message: string;
  atMs: number;
}

/**
 * What the group's events say of a migration, the latest word first.
 *
 * AWS documents three texts and leaves the failures' wording open, so a text is judged by its words: it must speak of a
 * migration and of success or failure. `Complete Migration successful for <group>` and `Migration operation succeeded
 * for replication group <name>.` are the documented successes (Migration-Complete, Migration-Console).
 */
export const verdictOf = (events: readonly GroupEvent[]): Verdict | undefined => {
  for (const { message, atMs } of [...events].sort((a, b) => b.atMs - a.atMs)) {
    if (!/migration|replicat/i.test(message)) continue;
    if (FAILED.test(message)) return { outcome: 'failed', message, atMs };
    if (SUCCEEDED.test(message)) return { outcome: 'succeeded', message, atMs };
  }
  return undefined;
};

const FAILED = /\bfail|unsuccessful|could ?n[o']t|cannot|can't|not in sync|not synchron|unable|\berror\b/i;
const SUCCEEDED = /\bsucce(?:ss|eded)/i;

/** A refusal that leaves the replication running: it may be tried again (Migration-Complete). */
export const saysNotInSync = (message: string): boolean =>
  /not in sync|not synchron|undergoing replacement/i.test(message);
