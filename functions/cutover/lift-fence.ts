import { FenceTakenOverError, TransientServiceError } from '../migration/errors.ts';
import type { FencedNode, FenceRecord } from '../migration/fence.ts';
import { toFenceSummary } from '../migration/fence-summary.ts';
import type { Fences, Locks } from '../migration/lock-ports.ts';
import type { Migrations } from '../migration/ports.ts';
import { sentence } from '../migration/sentence.ts';
import type { Servers, Session } from '../preflight/ports.ts';
import type { Clock } from '../replication/ports.ts';
import { connectionName } from './fence/connection.ts';
import { type GivesUp, identify, isGivenUp, type Known } from './fence/identify.ts';
import { closeLines, openLines } from './fence/lines.ts';
import { type Restored, restoreNode } from './fence/restore-node.ts';

export interface LiftFenceInput {
  migrationId: string;
  /** One sentence. */
  because: string;
  /** An operator's word, or a rollback: it is lifted although CompleteMigration was sent. */
  byOrder?: boolean;
  /** Of these nodes of the source those that are not to be found, or whose file is not written, are left as they are, and named in the record. */
  givesUp?: GivesUp;
  /**
   * The try that lifts its own fence, and no other. It may know that nothing durable was set, and no file is written then; and
   * that it has not begun to note CompleteMigration, which whoever else has noted was not sent under this fence. Its connections,
   * by endpoint, are used and closed.
   */
  own?: { attempt: string; untouched: boolean; unsent?: boolean; held?: ReadonlyMap<string, Session> };
}

/** `nothing`: there was no fence, or it was lifted already. */
export type LiftFence = (input: LiftFenceInput) => Promise<'lifted' | 'nothing'>;

/** To give every node back what it was. */
const LIFTING_MS = 10_000;

/**
 * Takes a fence down on every node of the source; also one that somebody else was taking down, or had begun to. Nobody can
 * send CompleteMigration under it any more from the first step on. Connections come before the write that proves that
 * nobody else has begun again since, and are never opened anew: whoever takes over from us ends them first.
 *
 * @throws TransientServiceError when a node is not done, when somebody else takes it down at the same time, or when
 * CompleteMigration was noted: a repeat looks again
 */
export const makeLiftFence =
  (
    open: Servers['open'],
    fences: Pick<Fences, 'find' | 'takeOver' | 'advance' | 'leave'>,
    locks: Pick<Locks, 'disarm'>,
    migrations: Pick<Migrations, 'note'>,
    clock: Clock,
    newAttempt: () => string,
  ): LiftFence =>
  async ({ migrationId, because, byOrder = false, givesUp = () => false, own }) => {
    const standing = await fences.find(migrationId);
    if (!standing || standing.phase === 'lifted') return 'nothing';
    if (own && standing.attempt !== own.attempt) return 'nothing';
    const untouched = own?.untouched ?? false;
    let mustBe: 'open' | undefined;
    // One that is being lifted already was judged by whoever began.
    if (!byOrder && standing.phase !== 'lifting') {
      try {
        if (own?.unsent) await locks.disarm(standing.replicationGroupId, migrationId);
        else mustBe = await unlessSent(locks, fences, standing, clock);
      } catch (error) {
        throw error instanceof FenceTakenOverError ? elsewhere(migrationId) : error;
      }
    }
    const attempt = newAttempt();
    const name = connectionName(migrationId, attempt);
    const ways = { open, clock, name, ...(own?.held && { held: own.held }) };
    const lines = await openLines(standing.nodes, ways);
    try {
      // To connect may take long, and the sweeper's lifters take it over from each other meanwhile: an order judges nothing.
      const expected = byOrder ? await holderOf(fences, standing) : standing.attempt;
      let ours = await fences.takeOver(migrationId, attempt, expected, mustBe);
      if (!ours) throw elsewhere(migrationId);
      // One node that hangs has used up what there was to connect, and no other's time.
      const untilMs = clock.now() + LIFTING_MS;
      for (const line of lines) if (!(line instanceof Error)) line.session.prolong(untilMs);
      // By the record as it is now: who was here before may have noted a process that was started since.
      const known = await identify(lines, ours.nodes, { kind: ours.kind, givesUp });
      const nodes = withProcesses(ours.nodes, known);
      if (nodes) ours = await fences.advance(migrationId, attempt, { nodes });
      const fence = ours;
      const restoring = { name, untouched, byOrder, untilMs, givesUp, clock };
      const results = await Promise.all(
        known.map((line, at): Promise<Restored> | Restored => {
          const node = fence.nodes[at] as FencedNode;
          return isGivenUp(line, node, givesUp) ? { isGivenUp: true } : restoreNode(line, node, fence, restoring);
        }),
      );
      const told = results.flatMap(({ failure }) => failure ?? []);
      const remarks = results.flatMap(({ remark }) => remark ?? []);
      if (told.length > 0)
        throw new TransientServiceError(`Lift of the fence of migration ${migrationId}`, told.join('; '));
      const givenUp = ours.nodes.filter((_, at) => results[at]?.isGivenUp).map(({ endpoint }) => endpoint);
      const lifted = await fences.advance(migrationId, attempt, {
        phase: 'lifted',
        liftedAt: new Date(clock.now()).toISOString(),
        liftedBecause: [because.slice(0, 2000), ...remarks].map(sentence).join(' '),
        ...(givenUp.length > 0 && { givenUp }),
      });
      await migrations.note(migrationId, { fence: toFenceSummary(lifted) });
      return 'lifted';
    } catch (error) {
      throw error instanceof FenceTakenOverError ? elsewhere(migrationId) : error;
    } finally {
      closeLines(lines);
    }
  };

/** The attempt that holds this very fence now. */
const holderOf = async (
  fences: Pick<Fences, 'find'>,
  { migrationId, openedAt, attempt }: FenceRecord,
): Promise<string> => {
  const now = await fences.find(migrationId);
  return now?.openedAt === openedAt ? now.attempt : attempt;
};

/** What was sent is judged by others; if its note is taken back and whoever did that dies, the fence has to be found again. */
const LOOK_AGAIN_MS = 10 * 60_000;

/**
 * Under an open fence nothing was sent: what the lock says was sent under an earlier one, which an operator has lifted since.
 *
 * @returns the phase in which it has to be taken over: once it is sealed, something may have been sent under it after all
 */
const unlessSent = async (
  locks: Pick<Locks, 'disarm'>,
  fences: Pick<Fences, 'leave' | 'advance'>,
  { migrationId, replicationGroupId, attempt, phase }: FenceRecord,
  clock: Clock,
): Promise<'open' | undefined> => {
  const what = `Lift of the fence of migration ${migrationId}`;
  const verdict = await locks.disarm(replicationGroupId, migrationId);
  if (verdict === 'disarmed' || (verdict === 'notOurs' && phase !== 'sealed')) return undefined;
  if (verdict === 'sent' && phase === 'open') return 'open';
  if (verdict === 'sent') {
    const deadlineAt = new Date(clock.now() + LOOK_AGAIN_MS).toISOString();
    await fences.advance(migrationId, attempt, { deadlineAt });
    throw new TransientServiceError(what, 'CompleteMigration was noted under it');
  }
  // Without the lock nobody knows any more what was sent under it.
  await fences.leave(migrationId, attempt);
  throw new TransientServiceError(what, 'it is sealed, and the lock is not ours any more');
};

const elsewhere = (migrationId: string) =>
  new TransientServiceError(`Lift of the fence of migration ${migrationId}`, 'somebody else has taken it over');

/**
 * A process that has read its fence from a file is from now on the one that was fenced: what is undone in its memory and not yet in
 * its file is known again by whoever repeats this.
 */
const withProcesses = (nodes: readonly FencedNode[], lines: readonly (Known | Error)[]): FencedNode[] | undefined => {
  const known = nodes.map((node, at): FencedNode => {
    const line = lines[at];
    if (line === undefined || line instanceof Error || line.is !== 'fenced' || line.runId === undefined) return node;
    return { ...node, runId: line.runId };
  });
  return known.some(({ runId }, at) => runId !== nodes[at]?.runId) ? known : undefined;
};
