import { randomUUID } from 'node:crypto';
import { systemClock } from '../../../functions/adapters/clock.ts';
import type { Dialler } from '../../../functions/adapters/dial.ts';
import { redisProbe } from '../../../functions/adapters/redis-probe.ts';
import { redisServers } from '../../../functions/adapters/redis-servers.ts';
import { makeCutOver } from '../../../functions/cutover/cut-over.ts';
import type { CutOverInput, CutOverWorld } from '../../../functions/cutover/cut-over-world.ts';
import { makeLiftFence } from '../../../functions/cutover/lift-fence.ts';
import { TransientServiceError } from '../../../functions/migration/errors.ts';
import type { FenceRecord, RequestedCutover } from '../../../functions/migration/fence.ts';
import type { ShardLink } from '../../../functions/replication/shard-link.ts';
import { FakeFences } from '../../functions/support/fences.ts';
import { FakeLocks } from '../../functions/support/locks.ts';
import { FakeMigrations } from '../../functions/support/migrations.ts';
import { aRecord, MIGRATION_ID } from '../../functions/support/records.ts';
import type { Link } from '../ledger/links.ts';
import { GROUP, PromotingGroups } from '../ledger/promoting-groups.ts';

/** Enough for a machine on its knees: what is tested here is what happens, not when. */
const SETTINGS = { pollMs: 20, actingTaskSeconds: 300, preparingMs: 30_000, sealingMs: 30_000 };

const at = (port: number) => ({ address: '127.0.0.1', port });

export interface EngineOptions {
  cutover?: Partial<Pick<RequestedCutover, 'fence' | 'drainBudgetMs'>>;
  waivers?: string[];
  groups?: PromotingGroups;
  /** Changes what a try has at its hands. */
  world?: (world: CutOverWorld) => Partial<Omit<CutOverWorld, 'migrations'>>;
}

/** The service's own cutover over real servers, with its table in memory. */
export const engineFor = async (
  links: readonly Link[],
  { groups = new PromotingGroups(links, () => 0), dialler }: { groups?: PromotingGroups; dialler?: Dialler } = {},
) => {
  const locks = new FakeLocks();
  const fences = new FakeFences();
  const migrations = new FakeMigrations(
    undefined,
    aRecord({
      replicationGroupId: GROUP,
      status: 'awaitingCutover',
      request: { replicationGroupId: GROUP, customerNodeEndpointList: [at(6379)], cutover: { mode: 'automatic' } },
    }),
  );
  await locks.acquire(GROUP, MIGRATION_ID);
  const { open } = redisServers(Date.now, 5000, undefined, dialler);
  const lift = makeLiftFence(open, fences, locks, migrations, systemClock, randomUUID);
  const shards: ShardLink[] = (await groups.describe()).nodeGroups.map(({ nodeGroupId, nodes }, shard) => ({
    nodeGroupId,
    nodes,
    source: at((links[shard] as Link).source.port),
  }));
  const world = {
    groups,
    probe: () => redisProbe(Date.now, dialler),
    open,
    locks,
    fences,
    migrations,
    lift,
    clock: systemClock,
    newAttempt: randomUUID,
    toLinks: () => shards,
  };
  const cutOver = (options: EngineOptions = {}) => {
    const input: CutOverInput = {
      migrationId: MIGRATION_ID,
      replicationGroupId: GROUP,
      source: (shards[0] as ShardLink).source,
      cutover: { fence: 'auto', drainBudgetMs: 10_000, ...options.cutover },
      waivers: options.waivers ?? [],
    };
    return makeCutOver({ ...world, ...options.world?.(world) }, SETTINGS)(input);
  };
  return {
    world,
    groups,
    locks,
    fences,
    migrations,
    cutOver,
    lift: (because = 'the test is over') => lift({ migrationId: MIGRATION_ID, because }),
    /** Until it is done, as the state machine does it: who is to be lifted may end our connections first. */
    liftAll: async () => {
      for (;;) {
        try {
          return await lift({ migrationId: MIGRATION_ID, because: 'the test is over' });
        } catch (error) {
          if (!(error instanceof TransientServiceError)) throw error;
        }
      }
    },
    unfence: () => lift({ migrationId: MIGRATION_ID, because: 'an operator wants it', byOrder: true }),
    fence: async () => (await fences.find(MIGRATION_ID)) as FenceRecord,
  };
};

export type Engine = Awaited<ReturnType<typeof engineFor>>;
