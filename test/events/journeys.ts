import { TaskError } from '../../local/stepfunctions/service.ts';
import { fullTarget, toldFacts, unfitPair } from './facts.ts';
import { openWorld, type World, type WorldOptions } from './world.ts';

/** Of a stack without a VPC, whose operator has said what goes without. */
const apiOnly = (change: WorldOptions = {}): WorldOptions => ({
  reach: 'api-only',
  facts: apiFacts,
  request: { cutover: { mode: 'manual', fence: 'none' }, verification: { mode: 'none' } as never },
  ...change,
});
const apiFacts = await toldFacts();
const byWord = { reason: 'the writers are stopped, 52481337 on both sides' };

/** Every way in which a migration of this version can go, as far as its notifications differ. */
export const JOURNEYS: Record<string, { options?: WorldOptions; run: (world: World) => Promise<void> }> = {
  'a manual cutover': {
    options: {
      request: { reason: 'moving to managed nodes', waivers: ['target-holds-data'] },
      facts: fullTarget(),
    },
    run: async (world) => {
      await world.until('MigrationAwaitingCutover');
      await world.clock.advance(11 * 60_000);
      await world.requestCutover();
      await world.clock.runUntilIdle();
    },
  },
  'an automatic cutover': {
    options: { request: { cutover: { mode: 'automatic', fence: 'none' } } },
    run: (world) => world.clock.runUntilIdle(),
  },
  'a link that is lost and comes back': {
    options: { downSeconds: [[200, 700]] },
    run: async (world) => {
      await world.until('MigrationAwaitingCutover', 2);
      await world.requestCutover();
      await world.clock.runUntilIdle();
    },
  },
  'a verification that finds differences, once they are mended': {
    options: { verifications: [{ missing: 3 }, { missing: 1 }, {}] },
    run: async (world) => {
      for (const times of [1, 2]) {
        await world.until('MigrationAwaitingCutover', times);
        await world.clock.advance(1000);
        await world.requestCutover();
      }
      await world.clock.runUntilIdle();
    },
  },
  'differences that a cutover waives': {
    options: { verifications: [{ missing: 3 }] },
    run: async (world) => {
      await world.until('MigrationAwaitingCutover');
      await world.clock.advance(1000);
      await world.requestCutover({ reason: 'caches only', waivers: ['verification-differences'] });
      await world.clock.runUntilIdle();
    },
  },
  'an automatic cutover that differences stop': {
    options: { request: { cutover: { mode: 'automatic', fence: 'none' } }, verifications: [{ unsettled: 1 }, {}] },
    run: async (world) => {
      await world.until('MigrationAwaitingCutover');
      await world.clock.advance(1000);
      await world.requestCutover();
      await world.clock.runUntilIdle();
    },
  },
  'an automatic cutover in spite of differences': {
    options: {
      request: {
        cutover: { mode: 'automatic', fence: 'none' },
        waivers: ['verification-differences'],
        reason: 'a cache warms up anew',
      },
      verifications: [{ missing: 3 }],
    },
    run: (world) => world.clock.runUntilIdle(),
  },
  'a cutover that is not verified': {
    options: {
      request: {
        cutover: { mode: 'automatic', fence: 'none' },
        verification: { mode: 'none' } as never,
      },
    },
    run: (world) => world.clock.runUntilIdle(),
  },
  'a cutover that is backed out': {
    options: { downSeconds: [[100, 180]] },
    run: async (world) => {
      await world.until('MigrationAwaitingCutover');
      await world.clock.advance(70_000);
      await world.requestCutover();
      await world.until('MigrationAwaitingCutover', 2);
      await world.clock.advance(1000);
      await world.requestCutover();
      await world.clock.runUntilIdle();
    },
  },
  'a promotion that takes longer than its budget': {
    options: { request: { cutover: { mode: 'automatic', fence: 'none' } }, promotionSeconds: 2700 },
    run: (world) => world.clock.runUntilIdle(),
  },
  'a promotion that nothing proves and an operator confirms': {
    options: { request: { cutover: { mode: 'automatic' } as never }, renamed: true },
    run: async (world) => {
      await world.until('MigrationPromotionInDoubt');
      await world.clock.advance(5000);
      await world.requestAct('confirm', 'the source was restarted; the new primary has all the data');
      await world.clock.runUntilIdle();
    },
  },
  'a promotion that nothing proves, whose execution ends before an operator confirms it': {
    options: { request: { cutover: { mode: 'automatic' } as never }, renamed: true },
    run: async (world) => {
      await world.until('MigrationPromotionInDoubt');
      world.service.stopExecution({ executionArn: world.executionArn });
      await world.clock.advance(120_000);
      await world.requestAct('confirm', 'the source was restarted; the new primary has all the data');
      await world.clock.runUntilIdle();
    },
  },
  'a promotion that an operator rolls back': {
    options: { request: { cutover: { mode: 'automatic' } as never } },
    run: async (world) => {
      await world.until('MigrationPromoted');
      await world.requestAct('rollback', 'the application does not start');
      await world.clock.runUntilIdle();
    },
  },
  'a client that still writes to the old primary': {
    options: { request: { cutover: { mode: 'automatic' } as never }, straggleSeconds: 90 },
    run: (world) => world.clock.runUntilIdle(),
  },
  'a source that an operator unfences': {
    options: { request: { cutover: { mode: 'automatic' } as never } },
    run: async (world) => {
      await world.until('MigrationPromoted');
      await world.requestAct('unfence', 'the old primary is wanted back');
      await world.clock.runUntilIdle();
    },
  },
  "somebody else's migration": { options: { taken: true }, run: (world) => world.clock.runUntilIdle() },
  'a stop from outside': {
    run: async (world) => {
      await world.until('MigrationAwaitingCutover');
      world.service.stopExecution({ executionArn: world.executionArn });
      await world.clock.runUntilIdle();
    },
  },
  'a cutover that nobody requests': {
    // Rarely, so that 8 days pass quickly; the announcements are the same.
    options: { lookAtLinkSeconds: 4 * 3600 },
    run: (world) => world.clock.runUntilIdle(),
  },
  'an end that the execution cannot announce': {
    options: {
      request: { cutover: { mode: 'automatic', fence: 'none' } },
      before: (name, { executionArn }) => {
        if (name === 'MigrationCompleted' && String(executionArn).includes('-migration:')) {
          throw new TaskError('EventBridge.FailedEntry', 'the bus does not take it');
        }
      },
    },
    run: (world) => world.clock.runUntilIdle(),
  },
  'a buffer that nears its limit': {
    options: { request: { cutover: { mode: 'automatic', fence: 'none' } }, writtenBytesPerSecond: 5e6 },
    run: (world) => world.clock.runUntilIdle(),
  },
  'a full sync that begins anew again and again': {
    options: { resyncSeconds: 20, writtenBytesPerSecond: 14e6 },
    run: (world) => world.clock.runUntilIdle(),
  },
  'a pair that the preflight refuses': {
    options: { facts: unfitPair() },
    run: (world) => world.clock.runUntilIdle(),
  },
  'a dry run': { options: { request: { dryRun: true } }, run: (world) => world.clock.runUntilIdle() },
  'a dry run of a pair that the preflight refuses': {
    options: { request: { dryRun: true }, facts: unfitPair() },
    run: (world) => world.clock.runUntilIdle(),
  },
  'a dry run whose end the execution cannot announce': {
    options: {
      request: { dryRun: true },
      before: (name, { executionArn }) => {
        if (name === 'MigrationDryRunCompleted' && String(executionArn).includes('-migration:')) {
          throw new TaskError('EventBridge.FailedEntry', 'the bus does not take it');
        }
      },
    },
    run: (world) => world.clock.runUntilIdle(),
  },
  'an API-only migration': {
    options: apiOnly({ downSeconds: [[900, 1500]] }),
    run: async (world) => {
      await world.until('MigrationAwaitingCutover', 2);
      await world.requestCutover(byWord);
      await world.clock.runUntilIdle();
    },
  },
  'an API-only promotion of which no event tells, and which an operator confirms': {
    options: apiOnly({ untold: true }),
    run: async (world) => {
      await world.until('MigrationAwaitingCutover');
      await world.requestCutover(byWord);
      await world.until('MigrationPromotionInDoubt');
      await world.requestAct('confirm', 'INFO of the node says master, with all keys');
      await world.clock.runUntilIdle();
    },
  },
  'an API-only promotion of which no event tells, and which an operator gives up': {
    options: apiOnly({ untold: true }),
    run: async (world) => {
      await world.until('MigrationAwaitingCutover');
      await world.requestCutover(byWord);
      await world.until('MigrationPromotionInDoubt');
      await world.requestAct('unfence', 'the node is empty, the source goes on');
      await world.clock.runUntilIdle();
    },
  },
  'an API-only cutover that ElastiCache refuses once': {
    options: apiOnly({ refusals: 1 }),
    run: async (world) => {
      await world.until('MigrationAwaitingCutover');
      await world.requestCutover(byWord);
      await world.until('MigrationAwaitingCutover', 2);
      await world.requestCutover(byWord);
      await world.clock.runUntilIdle();
    },
  },
  'an API-only migration that is aborted': {
    options: apiOnly(),
    run: async (world) => {
      await world.until('MigrationAwaitingCutover');
      await world.requestAbort();
      await world.clock.runUntilIdle();
    },
  },
};

/** @param more options that must not change what is announced, such as another jitter */
export const travel = async (name: string, more: WorldOptions = {}): Promise<World> => {
  const journey = JOURNEYS[name];
  if (!journey) throw new Error(`There is no journey ${name}`);
  const world = openWorld({ ...journey.options, ...more });
  await world.begin();
  await journey.run(world);
  return world;
};
