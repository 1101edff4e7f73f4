import type { Clock } from '../replication/ports.ts';
import { compareBig } from './big.ts';
import { judgeCandidates, muchToJudge } from './candidates.ts';
import { type Checkpoint, note, type Walk } from './checkpoint.ts';
import { keepUntold, leaveUntold } from './confirm.ts';
import { WALK_KEYS } from './limits.ts';
import { packNames, readNames } from './long-names.ts';
import type { KeyReader } from './ports.ts';
import { type Progress, progressOf, tally } from './progress.ts';
import { toResult, type VerificationResult } from './result.ts';
import { sampleSome } from './sample.ts';
import { identities, keysIn, mannerFor, type Readers, sameServers, traitsOf } from './servers.ts';
import { isOver, type Session } from './session.ts';
import { Throttle } from './throttle.ts';
import { walkBoth } from './walk.ts';

export interface Budget {
  /** Epoch milliseconds. The step ends at the next piece of work, and at most some seconds later. */
  untilMs: number;
  /** Over both directions. */
  maxKeysPerSecond?: number;
  /** Go on at full speed whatever the source's latency is: nobody works on it. */
  ignoreLatency?: boolean;
  /** Aborted, the step ends as if its time were up. */
  signal?: AbortSignal;
}

export interface Step {
  /** To go on with; the one that was given is untouched. */
  checkpoint: Checkpoint;
  /** Set when there is nothing left to do. */
  done?: VerificationResult;
  progress: Progress;
}

/** A target that applies nothing for so long is not going to: what is left is not known. */
const WAIT_LIMIT_MS = 600_000;
/** Servers that do not stay the same for as long as it takes cannot be compared. */
const MAX_RESTARTS = 20;

const NO_WATCH =
  'The source does not allow WATCH: a key that was written to and had its old value again a moment later may pass unseen';

/**
 * Does some of a verification: reads keys of both sides until the budget is used up, everything is compared, or the target
 * has to catch up first. Steps can be done by one process after another; a step that fails, or whose process is killed, is
 * simply done again from the same checkpoint.
 *
 * @throws TransientServiceError when a connection broke: go on from the same checkpoint
 * @throws VerificationImpossibleError when a server cannot be read
 */
export const verifyStep = async (
  readers: Readers,
  from: Checkpoint,
  budget: Budget,
  clock: Clock,
  random: () => number = Math.random,
): Promise<Step> => {
  const checkpoint = structuredClone(from);
  checkpoint.steps++;
  const begun = tally(checkpoint, clock.now());
  const session = await openSession(readers, checkpoint, budget, clock, random);
  const ping = budget.ignoreLatency ? undefined : () => readers.source.ping();
  const throttle = new Throttle(clock, checkpoint.rate, ping, budget.maxKeysPerSecond);
  await throttle.prepare();
  session.pace = (keys) => throttle.pace(keys);
  await readNames(session);
  if (checkpoint.restarts >= MAX_RESTARTS && !checkpoint.gaveUp) await giveUp(session);
  let complete = false;
  do complete = await work(session);
  while (!complete && !isOver(session));
  packNames(checkpoint);
  const both = await identities(readers);
  // Whoever was compared may not be who is there now.
  complete &&= sameServers(checkpoint, both, await traitsOf(readers)) === session.servers;
  const progress = progressOf(checkpoint, begun, both, clock.now());
  return { checkpoint, progress, ...(complete && { done: toResult(checkpoint, clock.now()) }) };
};

const openSession = async (
  readers: Readers,
  checkpoint: Checkpoint,
  { untilMs, maxKeysPerSecond = Number.POSITIVE_INFINITY, signal }: Budget,
  clock: Clock,
  random: () => number,
): Promise<Session> => {
  const [both, traits] = await Promise.all([identities(readers), traitsOf(readers)]);
  const servers = sameServers(checkpoint, both, traits);
  if (!traits.source.watch) note(checkpoint, NO_WATCH);
  return {
    ...readers,
    clock,
    checkpoint,
    servers,
    manner: mannerFor(traits),
    canWatch: traits.source.watch,
    aheadMs: {
      latest: Math.max(both.source.nowMs, both.target.nowMs) - clock.now(),
      target: both.target.nowMs - clock.now(),
    },
    shared: { applied: Number.NEGATIVE_INFINITY, busy: false },
    untilMs,
    ...(signal && { signal }),
    // A slow pace is many small pauses, not few that outlast the step.
    walkKeys: Math.max(1, Math.min(WALK_KEYS, Math.floor(maxKeysPerSecond / 5))),
    random,
    pace: async () => undefined,
  };
};

/** One round of reading and judging; true when nothing is left. */
const work = async (session: Session): Promise<boolean> => {
  const { checkpoint } = session;
  const { forward, backward, gaveUp } = checkpoint;
  // While the target is behind, more keys would only be more to judge.
  if (checkpoint.waiting.sinceMs !== undefined && !(await judgeCandidates(session))) return stillWaiting(session);
  if (!gaveUp) await readSome(session);
  const through = gaveUp || (forward.done && backward.done);
  if (checkpoint.waiting.sinceMs !== undefined) return stillWaiting(session);
  let caughtUp = await compareBig(session);
  if (caughtUp && (muchToJudge(session) || through)) caughtUp = await judgeCandidates(session);
  if (!caughtUp) return stillWaiting(session);
  if (checkpoint.big.length === 0) delete checkpoint.crowded;
  return through && checkpoint.candidates.length + checkpoint.big.length === 0;
};

const readSome = async (session: Session): Promise<void> => {
  const { forward, backward, options } = session.checkpoint;
  if (options.mode === 'sample') return sampleSome(session);
  await chooseDatabase(session, forward, session.source);
  await chooseDatabase(session, backward, session.target);
  await walkBoth(session);
};

/** Nothing more is read; what has not been compared cannot be told. */
const giveUp = async ({ checkpoint, source }: Session): Promise<void> => {
  const held = keysIn(await source.identity(), checkpoint.options).reduce((sum, [, keys]) => sum + keys, 0);
  checkpoint.counts.unsettled += Math.max(1, held - checkpoint.counts.compared);
  keepUntold(checkpoint, 'all keys that had not been compared by then');
  checkpoint.gaveUp = true;
};

const chooseDatabase = async ({ checkpoint }: Session, walk: Walk, reader: KeyReader): Promise<void> => {
  if (walk.done || walk.database !== undefined) return;
  // Asked each time: a database may have been empty when it all began.
  const left = keysIn(await reader.identity(), checkpoint.options).filter(([number]) => number >= walk.fromDatabase);
  const [first] = left;
  if (first) walk.database = first[0];
  else walk.done = true;
};

/** Not done; after a long time what is left counts as not to be told. */
const stillWaiting = async (session: Session): Promise<false> => {
  const { checkpoint, clock } = session;
  if (clock.now() - (checkpoint.waiting.sinceMs ?? clock.now()) <= WAIT_LIMIT_MS) return false;
  for (const { database, key } of [...checkpoint.candidates, ...checkpoint.big]) {
    leaveUntold(
      checkpoint,
      'unsettled',
      database,
      Buffer.from(key, 'base64'),
      'the target did not apply what the source has',
    );
  }
  checkpoint.candidates = [];
  checkpoint.big = [];
  delete checkpoint.waiting.sinceMs;
  if (!(checkpoint.forward.done && checkpoint.backward.done)) await giveUp(session);
  note(checkpoint, `The target applied nothing of the source's writes for ${WAIT_LIMIT_MS / 60_000} minutes`);
  return false;
};
