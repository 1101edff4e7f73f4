import type { FenceChoice, FencedNode, FenceKind, FenceRecord, RequestedCutover } from '../../migration/fence.ts';
import type { Fences } from '../../migration/lock-ports.ts';
import { MOST_FENCE_CHARACTERS } from '../../preflight/fence.ts';
import { Refused, type Servers, Unread } from '../../preflight/ports.ts';
import type { Clock } from '../../replication/ports.ts';
import type { ShardLink } from '../../replication/shard-link.ts';
import { openTarget, type TargetNode } from '../drain.ts';
import { openSource, type SourceNode } from '../source-nodes.ts';
import { readWriting } from '../write-calls.ts';
import { BackOut } from './back-out.ts';
import { connectionName, nameOf } from './connection.ts';
import { FenceFailed } from './fence-failed.ts';
import { FINGERPRINT_LENGTH } from './fingerprints.ts';
import { unlessFenced, unlessOthersAct } from './foreign-fence.ts';
import { fenceKindOf, readBefore } from './node-fence.ts';
import { unlessLockedOut } from './own-user.ts';
import { FileRefused, persist, persistenceOf } from './persist.ts';
import { unlessTwice } from './twice.ts';

export interface ToPrepare {
  migrationId: string;
  replicationGroupId: string;
  attempt: string;
  cutover: Pick<RequestedCutover, 'fence' | 'drainBudgetMs'>;
  links: readonly ShardLink[];
  waivers: readonly string[];
  /** To connect, and to read what there is. */
  preparingMs: number;
  /** From the end of the drain to the note that CompleteMigration needs. */
  sealingMs: number;
}

/** A fence whose record stands, and of which nothing else does yet. */
export interface PreparedFence {
  record: FenceRecord;
  mayForget: boolean;
  nodes: readonly SourceNode[];
  targets: readonly TargetNode[];
  /** By node group: what the target's primary calls writing. */
  writing: ReadonlyMap<string, ReadonlySet<string>>;
}

/**
 * Opens every connection that this try will ever have, and writes the fence's record: first that it may touch the source,
 * then what is there, so that nobody's fence is taken for the old values. Nothing is touched; the files that will keep the fence are written anew, as they are; none is where `fence-not-durable` is waived.
 *
 * @param open once the record stands, the connections to the source stay open also when this fails: they may take down what it says
 * @throws BackOut; FenceStandsError, FenceTakenOverError, TransientServiceError
 */
export const prepareFence = async (
  open: { target: Servers['open']; source: Servers['open'] },
  fences: Pick<Fences, 'open' | 'advance'>,
  clock: Clock,
  { migrationId, replicationGroupId, attempt, cutover, links, waivers, preparingMs, sealingMs }: ToPrepare,
): Promise<PreparedFence> => {
  const beganMs = clock.now();
  const untilMs = beganMs + preparingMs + cutover.drainBudgetMs + sealingMs;
  const mayForget = waivers.includes('fence-not-durable');
  let targets: TargetNode[] = [];
  try {
    targets = await openTarget(links, open.target, untilMs);
    const targetRunIds = new Set(targets.map(({ runId }) => runId));
    const sentinelsAreWaived = waivers.includes('source-sentinel');
    const nodes = await openSource(links, {
      open: open.source,
      name: connectionName(migrationId, attempt),
      untilMs,
      targetRunIds,
      sentinelsAreWaived,
      // Several migrations of one source would dial each other's targets.
      primariesOnly: cutover.fence === 'none',
    });
    const writing = await writingOf(targets);
    const kind = await kindOf(nodes, cutover.fence);
    // Where nothing is set, several migrations of one source do not get into each other's way.
    if (kind !== 'none') await Promise.all(nodes.map((node) => unlessOthersAct(node, migrationId)));
    const fenced = await Promise.all(
      nodes.map((node) => toFencedNode(node, kind, connectionName(migrationId, attempt), mayForget)),
    );
    unlessLate(clock, beganMs, preparingMs);

    const record: FenceRecord = {
      migrationId,
      replicationGroupId,
      attempt,
      phase: 'open',
      kind,
      openedAt: new Date(clock.now()).toISOString(),
      deadlineAt: new Date(untilMs).toISOString(),
      nodes: fenced,
      times: {},
    };
    await fences.open(record);
    const known = await Promise.all(
      fenced.map(async (node, at) => ({
        ...node,
        ...(await readBefore((nodes[at] as SourceNode).session, kind, mayForget)),
      })),
    );
    const commands = new Set([...writing.values()].flatMap((names) => [...names]));
    for (const node of known) unlessFenced(node, commands);
    await Promise.all(known.map(({ before }, at) => unlessLockedOut(nodes[at] as SourceNode, before.users ?? [])));
    unlessTooLarge(known);
    await Promise.all(known.map((node, at) => unlessTwice(nodes[at] as SourceNode, node, kind, waivers)));
    // A file that cannot be written is found out before anything is touched. Found out under the fence, it would hinder its end, too.
    await Promise.all(known.map(({ persistsBy }, at) => unlessReadOnly(nodes[at] as SourceNode, persistsBy)));
    const noted = await fences.advance(migrationId, attempt, { nodes: known });
    unlessLate(clock, beganMs, preparingMs);
    return { record: noted, mayForget, nodes, targets, writing };
  } catch (error) {
    for (const { session } of targets) session.close();
    if (error instanceof Unread || error instanceof FenceFailed)
      throw new BackOut('source-not-fenceable', `the source cannot be fenced: ${error.message}`, { cause: error });
    throw error;
  }
};

/** Only a rollback needs it, which says that it does not know. */
const writingOf = async (targets: readonly TargetNode[]): Promise<Map<string, ReadonlySet<string>>> => {
  const writing = new Map<string, ReadonlySet<string>>();
  for (const { nodeGroupId, role, session } of targets) {
    if (role !== 'primary') continue;
    const told = await unlessRefused(readWriting(session));
    if (told) writing.set(nodeGroupId, told);
  }
  return writing;
};

const unlessRefused = async <T>(answer: Promise<T>): Promise<T | undefined> => {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Refused) return undefined;
    throw error;
  }
};

/** The fence that every node allows. @throws BackOut */
const kindOf = async (nodes: readonly SourceNode[], choice: FenceChoice): Promise<FenceKind> => {
  const kinds = new Set<FenceKind>();
  for (const found of await Promise.all(nodes.map(({ session }) => fenceKindOf(session, choice)))) {
    if ('whyNot' in found) throw new BackOut('source-not-fenceable', found.whyNot);
    kinds.add(found.kind);
  }
  const [kind = 'none', other] = kinds;
  // Nodes of several versions: what the oldest allows has to do for all.
  return other ? kindOf(nodes, 'minReplicas') : kind;
};

const toFencedNode = async (
  { nodeGroupId, endpoint, role, runId, session }: SourceNode,
  kind: FenceKind,
  connection: string,
  mayForget: boolean,
): Promise<FencedNode> => {
  if (kind !== 'none' && !mayForget && !(await persistenceOf(session, kind))) {
    throw new BackOut(
      'source-not-fenceable',
      `${nameOf(endpoint)} has no file to keep a fence in: a restart would lift it; who takes that waives fence-not-durable in the request for the cutover`,
      { waivable: true },
    );
  }
  return { nodeGroupId, endpoint, role, ...(runId && { runId }), connection, before: {} };
};

/** @throws BackOut; SessionLost */
const unlessReadOnly = async ({ session, endpoint }: SourceNode, by: FencedNode['persistsBy']): Promise<void> => {
  try {
    await persist(session, by);
  } catch (error) {
    if (!(error instanceof FileRefused)) throw error;
    throw new BackOut(
      'source-not-fenceable',
      `${nameOf(endpoint)} cannot write the file that is to keep the fence: ${error.message}; let it write the file, or waive fence-not-durable in the request for the cutover: then none is written, and a restart lifts the fence`,
      { waivable: true, cause: error },
    );
  }
};

const unlessLate = (clock: Clock, beganMs: number, preparingMs: number): void => {
  const tookMs = clock.now() - beganMs;
  if (tookMs > preparingMs) throw new BackOut('no-time', `to connect to all nodes and to read them took ${tookMs} ms`);
};

const unlessTooLarge = (nodes: readonly FencedNode[]): void => {
  // And what is noted of each user when it is fenced.
  const behind = nodes.map(({ before: { users = [] } }) => ' '.repeat(FINGERPRINT_LENGTH * users.length));
  const { length } = JSON.stringify([nodes, behind]);
  if (length > MOST_FENCE_CHARACTERS) {
    throw new BackOut(
      'source-not-fenceable',
      `the rules of the source's users have ${length} characters, which is more than a record of the fence holds`,
    );
  }
};
