import type { FencedNode, FencedShard, FenceKind, FenceTimes } from '../../migration/fence.ts';
import type { VerificationEpoch } from '../../migration/verification.ts';
import { Unread } from '../../preflight/ports.ts';
import { parseInfo } from '../../replication/info.ts';
import type { Clock } from '../../replication/ports.ts';
import type { ServerReading } from '../../replication/shard-link.ts';
import { epochOf, whyOtherEpoch } from '../../replication/verified-epoch.ts';
import { type Goal, reaches, type TargetNode } from '../drain.ts';
import type { SourceNode } from '../source-nodes.ts';
import { writeCallsIn } from '../write-calls.ts';
import { BackOut } from './back-out.ts';
import { nameOf } from './connection.ts';
import { killClients } from './connections.ts';
import { FenceFailed } from './fence-failed.ts';
import { freeze, toReading } from './freeze.ts';
import { setFence } from './node-fence.ts';
import type { PreparedFence } from './prepare-fence.ts';
import { unlessWritten } from './quiet.ts';

export interface Draining {
  /** The freeze ends, and the cutover is backed out, at this time. */
  untilMs: number;
  /** Of each shard: the replication id of the link that was found in sync. */
  replicationIds: ReadonlyMap<string, string>;
  /** What was verified; null where the cutover rests on no verification. */
  verified: VerificationEpoch | null;
  /** Hears that from here on something durable may stand. */
  onTouch(): void;
}

export interface Drained {
  nodes: FencedNode[];
  shards: FencedShard[];
  times: FenceTimes;
}

/**
 * Freezes the writes of all shards at once, waits until every node of the target has applied everything, fences every
 * node of the source for good, and waits again for what came in between. Each server is asked for as much at once as can be.
 *
 * @throws BackOut
 */
export const drainAndFence = async (prepared: PreparedFence, clock: Clock, draining: Draining): Promise<Drained> => {
  try {
    return await drain(prepared, clock, draining);
  } catch (error) {
    if (error instanceof FenceFailed) throw new BackOut('source-not-fenceable', error.message, { cause: error });
    if (error instanceof Unread)
      throw new BackOut('node-lost', `a node was lost in the drain: ${error.message}`, { cause: error });
    throw error;
  }
};

const drain = async (
  { record, nodes, targets, writing, mayForget }: PreparedFence,
  clock: Clock,
  { untilMs, replicationIds, verified, onTouch }: Draining,
): Promise<Drained> => {
  const { kind } = record;
  const isoNow = () => new Date(clock.now()).toISOString();
  const primaries = nodes.filter(({ role }) => role === 'primary');
  const goalOf = (node: SourceNode, reading: ServerReading, epoch: VerificationEpoch | null): Goal => {
    unlessSameSource(node, reading, replicationIds.get(node.nodeGroupId), epoch);
    return reading;
  };
  // Several node groups may have one source.
  const sourceOf = (target: TargetNode) =>
    primaries.find(({ nodeGroupId }) => nodeGroupId === target.nodeGroupId) ?? primaries[0];
  const allReach = (goals: ReadonlyMap<SourceNode | undefined, Goal>) =>
    Promise.all(
      targets.map(async (target) => ({
        target,
        applied: await reaches(target, goals.get(sourceOf(target)) as Goal, clock, untilMs),
      })),
    );

  const frozenAt = isoNow();
  const frozen = new Map(
    await Promise.all(
      primaries.map(async (node) => [node, goalOf(node, await freeze(node, clock, untilMs), null)] as const),
    ),
  );
  await allReach(frozen);
  const drainedAt = isoNow();

  if (kind !== 'none') onTouch();
  const fenced = await Promise.all(
    nodes.map((node, at) => fence(node, record.nodes[at] as FencedNode, kind, mayForget, clock)),
  );
  const fencedAt = isoNow();
  const readings = fenced.map(({ reading }) => reading);
  if (kind !== 'none') unlessJoined(nodes, readings);
  const goals = new Map(
    primaries.map(
      (node) =>
        [node, goalOf(node, (fenced[nodes.indexOf(node)] as { reading: ServerReading }).reading, verified)] as const,
    ),
  );
  if (kind === 'none') {
    const quiet = primaries.map(async (node) =>
      goals.set(node, await unlessWritten(node, frozen.get(node) as Goal, clock, untilMs)),
    );
    await Promise.all(quiet);
  }
  const applied = await allReach(goals);
  const calls = new Map(
    await Promise.all(
      targets
        .filter(({ role }) => role === 'primary')
        .map(async (one) => [one.nodeGroupId, await callsOf(one, writing.get(one.nodeGroupId))] as const),
    ),
  );
  if (clock.now() >= untilMs)
    throw new BackOut('drain-timeout', 'the time for the drain was over when the fence stood');

  const shards = [...new Set(targets.map(({ nodeGroupId }) => nodeGroupId))].map((nodeGroupId): FencedShard => {
    const here = applied.filter(({ target }) => target.nodeGroupId === nodeGroupId);
    const source = sourceOf((here[0] as { target: TargetNode }).target) as SourceNode;
    const goal = goals.get(source) as Goal;
    const writeCalls = calls.get(nodeGroupId);
    return {
      nodeGroupId,
      source: source.endpoint,
      replicationId: goal.replicationId,
      fencedOffset: goal.offset,
      nodes: here.map((one) => one.applied),
      ...(writeCalls && { writeCalls }),
    };
  });
  return { nodes: fenced.map((one) => one.record), shards, times: { frozenAt, drainedAt, fencedAt } };
};

/** The fence, the end of all clients, and then where the node stands. */
const fence = async (
  node: SourceNode,
  recorded: FencedNode,
  kind: FenceKind,
  mayForget: boolean,
  clock: Clock,
): Promise<{ record: FencedNode; reading: ServerReading }> => {
  const { session, version } = node;
  const { persisted, behind } = await setFence(session, kind, recorded, { version, mustOutliveRestart: !mayForget });
  const [, [info = null]] = await Promise.all([kind === 'none' ? 0 : killClients(session), session.askAll([['INFO']])]);
  const { persistsBy, ...record } = recorded;
  return {
    record: { ...record, ...(persisted && persistsBy && { persistsBy }), ...(behind && { behind }) },
    reading: toReading(node, info, clock),
  };
};

/** Only a rollback needs them, which says that it does not know. */
const callsOf = async (
  { session }: TargetNode,
  writing: ReadonlySet<string> | undefined,
): Promise<FencedShard['writeCalls']> => {
  if (!writing) return undefined;
  const [stats] = await session.askAll([['INFO', 'commandstats']]);
  return Buffer.isBuffer(stats) ? writeCallsIn(parseInfo(stats.toString()), writing) : undefined;
};

/**
 * A replica that has joined since the nodes were opened is not fenced: whoever promotes it would have a primary that takes
 * writes. One that has only moved to another node is known.
 */
const unlessJoined = (nodes: readonly SourceNode[], readings: readonly ServerReading[]): void => {
  const known = new Set(nodes.flatMap(({ endpoint, replicas }) => [nameOf(endpoint), ...replicas]));
  for (const [at, { replicas }] of readings.entries()) {
    const joined = replicas.map(({ ip, port }) => nameOf({ address: ip, port })).find((name) => !known.has(name));
    const { endpoint } = nodes[at] as SourceNode;
    if (joined)
      throw new BackOut(
        'source-changed',
        `the replica ${joined} has joined ${nameOf(endpoint)} meanwhile, and is not fenced`,
      );
  }
};

const unlessSameSource = (
  { endpoint }: SourceNode,
  reading: ServerReading,
  replicationId: string | undefined,
  verified: VerificationEpoch | null,
): void => {
  if (reading.role !== 'master') throw new BackOut('source-changed', `${nameOf(endpoint)} is no primary any more`);
  if (replicationId !== undefined && reading.replicationId !== replicationId) {
    throw new BackOut(
      'source-changed',
      `the replication id of ${nameOf(endpoint)} is ${reading.replicationId} by now, and was ${replicationId}`,
    );
  }
  const whyNot = verified && whyOtherEpoch(verified, epochOf(reading));
  if (whyNot) throw new BackOut('epoch-changed', whyNot, { verifyAgain: true });
};
