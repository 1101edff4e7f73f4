import { FenceTakenOverError, TransientServiceError } from '../migration/errors.ts';
import type { FencedNode, FenceRecord } from '../migration/fence.ts';
import { toFenceSummary } from '../migration/fence-summary.ts';
import type { Fences, Locks } from '../migration/lock-ports.ts';
import type { Migrations } from '../migration/ports.ts';
import { sentence } from '../migration/sentence.ts';
import { type Servers, type Session, SessionLost, Unread } from '../preflight/ports.ts';
import type { Clock } from '../replication/ports.ts';
import { connectionName, connectionsOf, nameOf, openNamed } from './fence/connection.ts';
import { killConnections } from './fence/connections.ts';
import { FenceFailed } from './fence/fence-failed.ts';
import { restoreFence } from './fence/node-fence.ts';

export interface LiftFenceInput {
  migrationId: string;
  /** One sentence. */
  because: string;
  /** An operator's word, or a rollback: it is lifted although CompleteMigration was sent. */
  byOrder?: boolean;
  /** Of these nodes of the source those that cannot be reached are left as they are, and named in the record. */
  givesUp?: (node: FencedNode) => boolean;
  /**
   * The try that lifts its own fence, and no other. It may know that nothing durable was set, and no file is written then; and
   * that it has not begun to note CompleteMigration, which whoever else has noted was not sent under this fence.
   */
  own?: { attempt: string; untouched: boolean; unsent?: boolean };
}

/** `nothing`: there was no fence, or it was lifted already. */
export type LiftFence = (input: LiftFenceInput) => Promise<'lifted' | 'nothing'>;

/** To connect to every node and to give it back what it was. */
const LIFTING_MS = 10_000;
const BUSY_MS = 100;
/** A pause that was sent before the deadline may have begun later, if a script held the server up. */
const LATE_PAUSE_MS = 120_000;

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
    const untilMs = clock.now() + LIFTING_MS;
    const lines = await Promise.all(standing.nodes.map((node) => connect(open, node, name, clock, untilMs)));
    try {
      // To connect may take long, and the sweeper's lifters take it over from each other meanwhile: an order judges nothing.
      const expected = byOrder ? await holderOf(fences, standing) : standing.attempt;
      const ours = await fences.takeOver(migrationId, attempt, expected, mustBe);
      if (!ours) throw elsewhere(migrationId);
      const isGivenUp = (node: FencedNode, at: number) => lines[at] instanceof SessionLost && givesUp(node);
      const results = await Promise.all(
        ours.nodes.map((node, at) =>
          isGivenUp(node, at) ? undefined : restore(lines[at], node, ours, { name, untouched, clock }),
        ),
      );
      const told = results.flatMap((result) => result?.failure ?? []);
      const remarks = results.flatMap((result) => result?.remark ?? []);
      if (told.length > 0)
        throw new TransientServiceError(`Lift of the fence of migration ${migrationId}`, told.join('; '));
      const givenUp = ours.nodes.filter(isGivenUp).map(({ endpoint }) => endpoint);
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
      for (const line of lines) if (!(line instanceof Error)) line.close();
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

/** A script holds the server up, or clients that come back at once have taken every place. */
const PASSING = / BUSY |max number of clients/;

/** The connection, or why there is none. What may pass is asked again. */
const connect = async (
  open: Servers['open'],
  { endpoint }: FencedNode,
  name: string,
  clock: Clock,
  untilMs: number,
): Promise<Session | Error> => {
  for (;;) {
    try {
      return await openNamed(open, endpoint, name, untilMs);
    } catch (error) {
      if (!(error instanceof Unread || error instanceof FenceFailed)) throw error;
      if (!PASSING.test(error.message) || clock.now() + BUSY_MS >= untilMs) return error;
      await clock.sleep(BUSY_MS);
    }
  }
};

/**
 * Ends every other connection that acts for a fence, so that nothing which is still under way in a socket can ever run;
 * then gives the node back what it was, and lets go on who waits.
 *
 * @returns why it is not done, or what there is to know of it; undefined when it is done and that is all
 */
const restore = async (
  line: Session | Error | undefined,
  node: FencedNode,
  { migrationId, kind, deadlineAt }: FenceRecord,
  { name, untouched, clock }: { name: string; untouched: boolean; clock: Clock },
): Promise<{ failure?: string; remark?: string } | undefined> => {
  try {
    if (line === undefined || line instanceof Error) throw line ?? new FenceFailed('it was never connected');
    await killConnections(line, connectionsOf(migrationId), name);
    const isPaused = clock.now() < Date.parse(deadlineAt) + LATE_PAUSE_MS;
    let forgotten = true;
    try {
      if (!untouched) ({ forgotten } = await restoreFence(line, kind, node));
    } finally {
      // Also where the file could not be written: nobody is to wait for that. Before Redis 6.2 it is refused: there is no pause of ours then.
      if (isPaused) await line.askAll([['CLIENT', 'UNPAUSE']]);
    }
    const file = 'runs without the file in which its fence was kept: started with that file, it is fenced again';
    return forgotten ? undefined : { remark: `${nameOf(node.endpoint)} ${file}` };
  } catch (error) {
    if (!(error instanceof Unread || error instanceof FenceFailed)) throw error;
    return { failure: `${nameOf(node.endpoint)}: ${error.message}` };
  }
};
