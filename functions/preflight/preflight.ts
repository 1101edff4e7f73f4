import { failIfAborted } from '../migration/abort.ts';
import { DEFAULT_CUTOVER, type FenceChoice } from '../migration/fence.ts';
import type { Locks } from '../migration/lock-ports.ts';
import type { Migrations } from '../migration/ports.ts';
import { type Finding, isCheckId, type PreflightResult, type TargetNodeFigures } from '../migration/preflight.ts';
import type { Endpoint, MigrationRecord } from '../migration/record.ts';
import type { WaiverId } from '../migration/waivers.ts';
import type { Clock } from '../replication/ports.ts';
import type { TaskInput } from '../replication/task-input.ts';
import type { Facts, TargetNode } from './facts.ts';
import { fitting } from './fitting.ts';
import { judge } from './judge.ts';
import { keysIn, keyspaceOf } from './keyspace.ts';
import { listed } from './text.ts';
import { UnreadableFieldError } from './unreadable.ts';

export interface PreflightInput extends TaskInput {
  waivers: WaiverId[];
}

export interface PreflightOutcome extends PreflightResult {
  /** The verdict in one sentence. When it failed it names the checks that block. */
  why: string;
}

/**
 * Gathers the facts of both sides and judges them. It only reads, so a repeat of this task does no harm.
 *
 * @throws TransientServiceError, TargetRefusedError, AbortRequestedError
 */
export const makePreflight =
  (
    gather: (asked: { replicationGroupId: string; source: Endpoint }) => Promise<Facts>,
    migrations: Pick<Migrations, 'update'>,
    locks: Pick<Locks, 'find'>,
    clock: Clock,
    { copyBytesPerSecond }: { copyBytesPerSecond: number },
  ) =>
  async ({ migrationId, replicationGroupId, source, waivers }: PreflightInput): Promise<PreflightOutcome> => {
    const record = await migrations.update(migrationId, {
      status: 'checking',
      statusReason: 'Source and replication group are looked at for whatever would make the migration fail.',
      phase: 'preflight',
      waitingFor: 'the answers of both sides',
    });
    failIfAborted(record);
    const facts = await gather({ replicationGroupId, source });
    const rolledBack = (await locks.find(replicationGroupId))?.rolledBack;
    const fence = fenceAskedBy(record);
    const judged = judge(
      facts,
      { replicationGroupId, source, nowMs: clock.now(), fence, copyBytesPerSecond, ...(rolledBack && { rolledBack }) },
      waivers.filter(isCheckId),
    );
    const targetNodes = targetNodesOf(facts);
    const result: PreflightResult = {
      ...judged,
      findings: fitting(judged.findings),
      figures: { ...judged.figures, ...(targetNodes && { targetNodes }) },
    };
    const why = whyOf(result);
    await migrations.update(migrationId, { preflight: result, statusReason: why, waitingFor: 'the next step' });
    return { ...result, why };
  };

const fenceAskedBy = (record: MigrationRecord | undefined): FenceChoice =>
  record?.cutoverSettings?.fence ?? DEFAULT_CUTOVER.fence;

const targetNodesOf = ({ group, nodes }: Facts): TargetNodeFigures[] | undefined => {
  if (!('value' in group)) return undefined;
  const read = new Map('value' in nodes ? nodes.value.read.map((node) => [node.cacheClusterId, node]) : []);
  return group.value.nodes.map(({ nodeGroupId, cacheClusterId, endpoint, role }) => {
    const keys = keysOf(read.get(cacheClusterId));
    return { nodeGroupId, cacheClusterId, endpoint, role, ...(keys !== undefined && { keys }) };
  });
};

const keysOf = (node: TargetNode | undefined): number | undefined => {
  if (!node) return undefined;
  try {
    return keysIn(keyspaceOf(node.info, 'nodes'));
  } catch (error) {
    // A finding of its own says so.
    if (error instanceof UnreadableFieldError) return undefined;
    throw error;
  }
};

const MOST_NAMED = 20;

const whyOf = ({ verdict, checks, findings }: PreflightResult): string => {
  const ids = (wanted: (finding: Finding) => boolean) => findings.filter(wanted).map(({ id }) => id);
  const blocking = ids(({ severity, waived }) => severity === 'blocking' && !waived);
  if (verdict === 'failed') return `Blocked by ${listed(blocking, MOST_NAMED)}.`;
  const waived = ids((finding) => finding.waived === true);
  const warnings = ids(({ severity }) => severity === 'warning').length;
  return [
    `${checks} checks found nothing that blocks`,
    ...(waived.length > 0 ? [`waived: ${listed(waived, MOST_NAMED)}`] : []),
    ...(warnings > 0 ? [`${warnings} warning${warnings === 1 ? '' : 's'}`] : []),
  ]
    .join('; ')
    .concat('.');
};
