import { randomUUID } from 'node:crypto';
import { TransientServiceError } from '../migration/errors.ts';
import type { FencedShard, FenceRecord } from '../migration/fence.ts';
import { toFenceSummary } from '../migration/fence-summary.ts';
import type { Fences, Locks } from '../migration/lock-ports.ts';
import type { Migrations } from '../migration/ports.ts';
import type { Endpoint, MigrationRecord } from '../migration/record.ts';
import { MigrationNotFoundError } from '../migration/request-errors.ts';
import { unfencedSince } from '../migration/unfenced.ts';
import type { Servers } from '../preflight/ports.ts';
import { endpointText, listed, shown } from '../preflight/text.ts';
import type { Clock } from '../replication/ports.ts';
import type { ActResult } from './act-result.ts';
import type { OperatorsLift } from './operators-lift.ts';
import { type Against, againstRollback } from './rollback-look.ts';
import { TargetNodes } from './rollback-nodes.ts';
import type { RollbackNotes, Rollbacks } from './rollback-ports.ts';

/** So long the connections of one try can be used, whatever becomes of it. */
const TRY_MS = 20_000;
/** Ends by itself, should this try die before it has decided. */
const FIRST_PAUSE_MS = 30_000;
/** Of a target that was left: until it is deleted, or an operator sends CLIENT UNPAUSE. */
const LAST_PAUSE_MS = 365 * 24 * 3600 * 1000;
/** From the decision on so long replicas of the source are waited for, and files: its primary is all that there is to return to. */
const PATIENCE_MS = 3 * 60_000;

/**
 * Returns to the source, while nothing was written to the target. Never do both accept writes:
 *
 * 1. it looks whether anything was written, connects to every node of the target, and claims the rollback;
 * 2. ends the connections of tries before it: from here on nobody else acts on the target;
 * 3. pauses writes on every node of the target, looks again, and makes the pause long while the first one holds;
 * 4. notes the decision, which only the one that claimed it last can do, and which nobody takes back, and beside the
 *    group's lock that its nodes are paused;
 * 5. only then lifts the source's fence.
 *
 * What speaks against it before 4 takes the pause away again, and is answered as refused. A repeat after 4 sees to the
 * long pause and the lift once more.
 *
 * @throws TransientServiceError when another try has claimed it, the target cannot be kept closed, or the fence is not down yet
 * @throws MigrationNotFoundError
 */
export const makeRollBack =
  (
    migrations: Pick<Migrations, 'find' | 'note'>,
    fences: Pick<Fences, 'find'>,
    rollbacks: Rollbacks,
    locks: Pick<Locks, 'noteRollback'>,
    servers: Pick<Servers, 'open'>,
    lift: OperatorsLift,
    clock: Clock,
  ) =>
  async ({ migrationId }: { migrationId: string }): Promise<ActResult> => {
    const record = await migrations.find(migrationId);
    if (!record) throw new MigrationNotFoundError(migrationId);
    const fence = await fences.find(migrationId);
    const isoNow = () => new Date(clock.now()).toISOString();
    if (record.rolledBackAt) return { outcome: 'rolledBack', why: BACK, at: record.rolledBackAt };
    const { decision } = await rollbacks.find(migrationId);
    const whyNot = decision === 'return' ? unlessUnfenced(record, fence) : notAllowed(record, fence);
    if (whyNot !== undefined || !fence?.shards || !record.rollback) {
      return { outcome: 'refused', why: whyNot ?? NOT_ASKED, at: isoNow() };
    }

    const against = await decideToReturn(rollbacks, servers, clock, fence, fence.shards, record.rollback.requestId);
    if (against) {
      const asOf = isoNow();
      // What was written stays written; anything else may be otherwise at the next request.
      if (against.proof === 'written') {
        await migrations.note(migrationId, {
          rollbackPossibility: { possible: false, forGood: true, why: against.why, asOf },
        });
      }
      return { outcome: 'refused', why: against.why, at: asOf };
    }
    // The next migration into this group has to be told of the pause.
    await locks.noteRollback(record.replicationGroupId, { migrationId, at: isoNow() });
    const { decidedAt = isoNow() } = await rollbacks.find(migrationId);
    const isOld = clock.now() > Date.parse(decidedAt) + PATIENCE_MS;
    await lift({
      migrationId,
      because: `rolled back: ${record.rollback.reason ?? 'no reason was given'}`,
      givesUp: ({ role }, hindrance) => isOld && (hindrance === 'file' || (hindrance === 'gone' && role === 'replica')),
    });
    const at = isoNow();
    const lifted = await fences.find(migrationId);
    const { unfence } = (await migrations.find(migrationId)) ?? record;
    const isReplaced = unfence !== undefined && unfence.at > record.rollback.at;
    if (isReplaced && lifted && isWithoutPrimary(lifted)) return { outcome: 'refused', why: GONE, at };
    const why = backWithout(lifted?.givenUp);
    await migrations.note(migrationId, {
      rolledBackAt: at,
      rollbackPossibility: { possible: false, forGood: true, why, asOf: at },
      ...(lifted && { fence: toFenceSummary(lifted) }),
    });
    return { outcome: 'rolledBack', why, at };
  };

const BACK = 'The source takes writes again, and the target takes none.';
const backWithout = (givenUp: readonly Endpoint[] = []): string =>
  givenUp.length === 0
    ? BACK
    : `${BACK} Nodes of the source that could not be lifted for good, and are fenced should they come back, or be started anew: ${listed(givenUp.map(endpointText))}.`;
const NOT_ASKED = 'Nobody has asked to roll this migration back.';

/** By an unfence that took the place of the rollback: there is nothing to return to. */
const isWithoutPrimary = ({ nodes, givenUp = [] }: FenceRecord): boolean => {
  const gone = givenUp.map(endpointText);
  return nodes.some(({ role, endpoint }) => role === 'primary' && gone.includes(endpointText(endpoint)));
};
const GONE = "The source's primary was given up meanwhile: there is nothing to return to.";

/** An operator who has given the source's primary up does not return to it, also where that was decided. */
const unlessUnfenced = (record: MigrationRecord, fence: FenceRecord | undefined): string | undefined =>
  unfencedSince(record) && fence?.phase === 'lifted'
    ? 'The source was unfenced: it may have been written to since.'
    : undefined;

const notAllowed = (record: MigrationRecord, fence: FenceRecord | undefined): string | undefined => {
  if (!record.promotedAt) return 'The target was not promoted, as far as is known.';
  const unfenced = unlessUnfenced(record, fence);
  if (unfenced) return unfenced;
  if (fence?.phase !== 'sealed') return `The fence is not sealed, but ${fence?.phase ?? 'has no record'}.`;
  return undefined;
};

/** @returns what speaks against it; undefined once it is decided and every node of the target is closed for good */
const decideToReturn = async (
  rollbacks: Rollbacks,
  servers: Pick<Servers, 'open'>,
  clock: Clock,
  fence: FenceRecord,
  shards: readonly FencedShard[],
  requestId: string,
): Promise<Against | undefined> => {
  const { migrationId } = fence;
  const attempt = randomUUID();
  const nodes = new TargetNodes(servers, clock.now() + TRY_MS);
  try {
    const unreached = await nodes.connect(shards);
    const { connections } = nodes;
    const claimed = await rollbacks.claim(migrationId, { requestId, attempt, connections });
    const isDecided = claimed.decision === 'return';
    const against =
      (claimed.decision === 'stay' ? refusedBefore(claimed) : undefined) ??
      // Decided before: what cannot be reached any more was closed by then.
      (unreached !== undefined && !isDecided ? unreachable(unreached) : undefined) ??
      (await asAgainst(nodes.end(claimed.connections))) ??
      (isDecided
        ? await asAgainst(nodes.pause(LAST_PAUSE_MS))
        : await closeTarget(nodes, fence, claimed.promotedCalls, clock));
    const decided = isDecided
      ? 'return'
      : await rollbacks.decide(migrationId, attempt, {
          decision: against ? 'stay' : 'return',
          because: against?.why ?? BACK,
          decidedAt: new Date(clock.now()).toISOString(),
        });
    if (decided === undefined) {
      throw new TransientServiceError('Rollback', new Error('another try has claimed it'));
    }
    if (decided === 'stay') {
      const stillPaused = await nodes.unpause();
      if (stillPaused !== undefined) throw new TransientServiceError('Rollback', new Error(stillPaused));
      return against ?? refusedBefore(claimed);
    }
    // Decided before, by this try or another: the source is opened only while the target is closed.
    if (against) throw new TransientServiceError('Rollback', new Error(against.why));
    await nodes.dropClients();
    return undefined;
  } finally {
    nodes.close();
  }
};

/** A repeat tells what the first try found. */
const refusedBefore = ({ because = 'This request was refused before.' }: RollbackNotes): Against => ({
  proof: 'unknown',
  why: because,
});
const unreachable = (why: string): Against => ({
  proof: 'unknown',
  why: shown(`Not every node of the target can be closed for writes: ${why}.`, 500),
});

const asAgainst = async (failing: Promise<string | undefined>): Promise<Against | undefined> => {
  const why = await failing;
  return why === undefined ? undefined : unreachable(why);
};

/** Both pauses are one: the first lasts longer than the connections that set the second. */
const closeTarget = async (
  nodes: TargetNodes,
  fence: FenceRecord,
  promotedCalls: Parameters<typeof againstRollback>[1],
  clock: Clock,
): Promise<Against | undefined> => {
  const look = async () => (await againstRollback(fence, promotedCalls, (endpoint) => nodes.open(endpoint))).against;
  const before = await look();
  if (before) return before;
  const pausedMs = clock.now();
  const against =
    (await asAgainst(nodes.pause(FIRST_PAUSE_MS))) ?? (await look()) ?? (await asAgainst(nodes.pause(LAST_PAUSE_MS)));
  if (against || clock.now() - pausedMs < FIRST_PAUSE_MS) return against;
  return unreachable('the pause ended before it was made longer');
};
