import { systemClock } from '../../../functions/adapters/clock.ts';
import { redisServers } from '../../../functions/adapters/redis-servers.ts';
import { fenceKindOf, readBefore, setFence } from '../../../functions/cutover/fence/node-fence.ts';
import { makeLiftFence } from '../../../functions/cutover/lift-fence.ts';
import type { OperatorsLift } from '../../../functions/cutover/operators-lift.ts';
import { readWriteCalls } from '../../../functions/cutover/write-calls.ts';
import type { Asker } from '../../../functions/migration/asker.ts';
import type { AppliedNode, FenceRecord } from '../../../functions/migration/fence.ts';
import type { Endpoint } from '../../../functions/migration/record.ts';
import { type Control, connectControl } from '../../../local/redis/control.ts';
import { type RedisProcess, startRedis } from '../../../local/redis/server.ts';
import { FakeFences } from '../../functions/support/fences.ts';
import { FakeLocks } from '../../functions/support/locks.ts';
import { FakeMigrations } from '../../functions/support/migrations.ts';
import { aRecord, MIGRATION_ID } from '../../functions/support/records.ts';
import { aFence } from './certificates.ts';

/** Real servers: a fenced source, and a target of a primary and a replica that followed it. */
export interface Promoted {
  source: RedisProcess;
  primary: RedisProcess;
  replica: RedisProcess;
  /** Of an administrator: never refused. */
  onSource: Control;
  onPrimary: Control;
  fence: FenceRecord;
  fences: FakeFences;
  migrations: FakeMigrations;
  /** The real one. */
  lift: OperatorsLift;
  promote(): Promise<void>;
  end(): Promise<void>;
}

export const endpointOf = ({ host, port }: RedisProcess): Endpoint => ({ address: host, port });

const asker: Asker = { by: 'http', at: '2026-01-01T00:12:00.000Z', reason: 'the application is broken' };
const asked = { at: asker.at, by: asker, reason: 'the application is broken', requestId: 'request-1' };

/** @param prepare what is on the source before it is fenced */
export const fencedPair = async (
  prepare: (onSource: Control) => Promise<unknown> = async () => undefined,
): Promise<Promoted> => {
  const source = await startRedis();
  const replicaof = (of: RedisProcess) => ({ config: { replicaof: `${of.host} ${of.port}` } });
  const primary = await startRedis(replicaof(source));
  const replica = await startRedis(replicaof(primary));
  const all = [source, primary, replica];
  const [onSource, onPrimary, onReplica] = (await Promise.all(all.map(connectControl_))) as [Control, Control, Control];
  for (const node of [onPrimary, onReplica]) {
    await until(async () => (await node.info('replication')).master_link_status === 'up');
  }
  await onSource.command('SET', 'seeded', '1');
  await prepare(onSource);
  const onFence = await redisServers().open(endpointOf(source), Date.now() + 10_000);
  const { version } = (await fenceKindOf(onFence, 'acl')) as { version: string };
  const before = await readBefore(onFence, 'acl');
  await setFence(onFence, 'acl', before, { version, mustOutliveRestart: false });
  onFence.close();
  const { master_replid: replicationId = '', master_repl_offset = '' } = await onSource.info('replication');
  const { run_id: runId = '' } = await onSource.info('server');
  const applied = async (node: Control) => Number((await node.info('replication')).slave_repl_offset ?? -1);
  await until(async () => (await applied(onPrimary)) >= Number(master_repl_offset));
  await until(async () => (await applied(onReplica)) >= Number(master_repl_offset));

  const nodes: AppliedNode[] = await Promise.all(
    [primary, replica].map(async (node, index) => ({
      cacheClusterId: `test-00${index + 1}`,
      role: index === 0 ? ('primary' as const) : ('replica' as const),
      endpoint: endpointOf(node),
      appliedOffset: await applied(index === 0 ? onPrimary : onReplica),
    })),
  );
  const session = await redisServers().open(endpointOf(primary), Date.now() + 10_000);
  const { writeCalls } = await readWriteCalls(session);
  session.close();
  const fencedOffset = Number(master_repl_offset);
  const base = aFence();
  const fence: FenceRecord = {
    ...base,
    nodes: base.nodes.map((node) => ({ ...node, endpoint: endpointOf(source), runId, ...before })),
    shards: [{ nodeGroupId: '0001', source: endpointOf(source), replicationId, fencedOffset, nodes, writeCalls }],
  };

  const fences = new FakeFences();
  await fences.open({ ...fence, phase: 'open' });
  await fences.advance(MIGRATION_ID, fence.attempt, { phase: 'sealed' });
  const migrations = new FakeMigrations();
  await migrations.create(aRecord({ promotedAt: '2026-01-01T00:12:00.000Z', unfence: asked, rollback: asked }));
  const lift = makeLiftFence(redisServers().open, fences, new FakeLocks(), migrations, systemClock, () => 'lifter');
  return {
    source,
    primary,
    replica,
    onSource,
    onPrimary,
    fence,
    fences,
    migrations,
    lift: (input) => lift({ ...input, byOrder: true }),
    promote: async () => {
      await onPrimary.command('REPLICAOF', 'NO', 'ONE');
    },
    end: async () => {
      for (const control of [onSource, onPrimary, onReplica]) control.close();
      await Promise.all(all.map((redis) => redis.stop()));
    },
  };
};

const connectControl_ = ({ host, port }: RedisProcess): Promise<Control> => connectControl({ host, port });

/** Until it is so; a limit that only a hang reaches. */
export const until = async (isSo: () => Promise<boolean>): Promise<void> => {
  const { setTimeout: sleep } = await import('node:timers/promises');
  const endMs = Date.now() + 30_000;
  while (!(await isSo())) {
    if (Date.now() > endMs) throw new Error('It did not come about within 30 s');
    await sleep(5);
  }
};
