import { monotonicMs } from '../test/cutover/ledger/entries.ts';
import type { Verdict } from '../test/cutover/ledger/judge.ts';
import type { Ledger } from '../test/cutover/ledger/ledger.ts';
import { Chance } from './chance.ts';
import type { Ground } from './ground.ts';
import { type End, findProblems, rulesOf } from './invariants.ts';
import { asLongAs, type Lane, type Listener } from './lane.ts';
import { operate } from './operator.ts';
import { Source } from './source.ts';
import { isSend, type Moment, SETTLEMENT_STEPS, STEPS, type Step } from './steps.ts';
import { startTap } from './tap.ts';
import { findVictim, GoneError, killTask, stopExecution } from './victims.ts';

export interface CellSpec {
  step: string;
  victim: string;
  seed: number;
  /** The longest that a promotion takes. */
  promotionMs: number;
}

export interface CellResult {
  spec: CellSpec;
  /** `unreached`: the cutover never came to this step. */
  state: 'passed' | 'failed' | 'unreached';
  problems: string[];
  /** The steps that were seen, and what the operator did, in order. */
  trace: string[];
  outcome?: string;
  verdict?: Verdict;
  tookMs: number;
}

const WRITERS = { set: 1, multi: 1, eval: 1, push: 1, pop: 1, resp3: 1, reconnecting: 1, straggler: 1 };
const PACE_MS = 200;
const DRAIN_BUDGET_MS = 3000;
/** A promotion that takes longer is told as in doubt. */
const PROMOTION_BUDGET_SECONDS = 10;
const LONGEST_STALE_MS = 1500;

/** What a cell draws, in this order, whatever happens later. */
const draw = (random: Chance, promotionMs: number) => ({
  promotionDelayMs: random.between(0, promotionMs),
  fence: random.pick(['acl', 'acl', 'acl', 'minReplicas'] as const),
  hasReplica: random.below(2) === 0,
  stalenessMs: random.pick([0, random.between(0, LONGEST_STALE_MS)]),
  eventDelayMs: random.pick([0, random.between(0, 1500)]),
});

/**
 * One cutover under writers, in which a victim is struck at a step, to the migration's end.
 *
 * @param id of the replication group, as groupIdOf gives it: of no other cell of the lane
 * @param told hears of each step as it is seen
 */
export const runCell = async (
  lane: Lane,
  ledger: Ledger,
  spec: CellSpec,
  id: string,
  told: (what: string) => void = () => undefined,
): Promise<CellResult> => {
  const startMs = performance.now();
  const random = Chance.of(spec.seed, `${spec.step} ${spec.victim}`);
  const drawn = draw(random, spec.promotionMs);
  const { lab } = lane;
  const closing: (() => Promise<unknown>)[] = [];
  const background: Promise<void>[] = [];
  const trace: string[] = [`drawn ${JSON.stringify(drawn)}`];
  const note = (what: string) => {
    told(`${spec.step} x ${spec.victim}: ${what}`);
    trace.push(`${what} ${((performance.now() - startMs) / 1000).toFixed(1)}`);
  };
  try {
    const source = await Source.start();
    closing.push(() => source.end());
    const replica = drawn.hasReplica ? await Source.start({ replicaof: `127.0.0.1 ${source.port}` }) : undefined;
    if (replica) closing.push(() => replica.end());
    await lab.group(id, {
      promotionDelayMs: asLongAs(drawn.promotionDelayMs),
      describeStalenessMs: drawn.stalenessMs,
      eventDelayMs: drawn.eventDelayMs,
    });
    const group = lab.aws.elastiCache.group(id);
    closing.push(() => group.stop());
    const [primary, follower] = group.nodes();
    if (!primary || !follower) throw new Error('the group has no nodes');

    // Taps see every command of a function to the source and its replica; replication goes past them.
    let listener: Listener | undefined;
    const servers = [source, ...(replica ? [replica] : [])];
    const aliases: Record<string, string> = {};
    for (const { port } of servers) {
      const tap = await startTap(port, async (command, fromPort) => {
        if (!listener) return 'pass';
        const text = command.join(' ').slice(0, 400);
        return listener.moment({ to: 'redis', what: command.slice(0, 2).join(' ').toUpperCase(), text, fromPort });
      });
      closing.push(() => tap.close());
      for (const host of ['10.0.0.5', '127.0.0.1']) aliases[`${host}:${port}`] = `127.0.0.1:${tap.port}`;
    }
    lane.lead(id, aliases);
    closing.push(async () => lane.leave(id));

    const migrationId = await lab.start(id, source.port, {
      verification: { mode: 'none' },
      cutover: {
        mode: 'manual',
        fence: drawn.fence,
        drainBudgetMs: DRAIN_BUDGET_MS,
        promotionBudgetSeconds: PROMOTION_BUDGET_SECONDS,
        quietSeconds: 1,
      },
    });
    await lab.awaiting(migrationId);
    const rulesBefore = await Promise.all(servers.map(({ port }) => rulesOf(port)));

    const course: { completedMs?: number; promotedMs?: number; forcedMs?: number; struckAfter?: boolean } = {};
    const ground: Ground & { struck: boolean } = {
      lane,
      random,
      migrationId,
      groupId: id,
      source,
      servers,
      target: { primary, replica: follower },
      get promoted() {
        return course.promotedMs !== undefined;
      },
      struck: false,
      losesStatusChanges: false,
      ticksFromMs: 0,
      note,
      later(work) {
        const running = work();
        running.catch(() => undefined);
        background.push(running);
      },
    };
    listener = listen(ground, spec, course);
    lane.listen(id, listener);

    const shards = [{ source: source.port, target: primary.port }];
    await ledger.start({ shards, writers: WRITERS, paceMs: PACE_MS, intruders: true });
    const ended = await operate(ground, ledger);
    await Promise.all(background);
    const isPromoted = course.promotedMs !== undefined;
    if (!isPromoted && !ended.unfenced) await ledger.grows(20);
    await ledger.stop();

    const verdict = await ledger.judge([isPromoted ? primary.port : source.port], {
      primary: isPromoted ? 'target' : 'source',
      ...(isPromoted && course.completedMs !== undefined && { sealedMs: course.completedMs }),
      promotedMs: [course.promotedMs ?? course.forcedMs],
    });
    const wasReplaced = /^primary-(kill|empty)$/.test(spec.victim) && ground.struck;
    const diedWithItsData = wasReplaced && isPromoted && course.struckAfter === true;
    const end: End = { ...ended, isPromoted, rulesBefore, servers, verdict, diedWithItsData, wasReplaced };
    const problems = await findProblems(ground, end, id);
    const state = problems.length > 0 ? 'failed' : ground.struck ? 'passed' : 'unreached';
    const outcome = ended.outcome;
    return { spec, state, problems, trace, verdict, tookMs: performance.now() - startMs, ...(outcome && { outcome }) };
  } catch (error) {
    const problem = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { spec, state: 'failed', problems: [problem], trace, tookMs: performance.now() - startMs };
  } finally {
    await Promise.allSettled(background);
    await ledger.stop().catch(() => undefined);
    await Promise.allSettled(closing.toReversed().map((close) => close()));
  }
};

/** Notes each step when it is first seen, and strikes at the one that the cell is about. */
const listen = (
  ground: Ground & { struck: boolean },
  spec: CellSpec,
  course: { completedMs?: number; promotedMs?: number; forcedMs?: number; struckAfter?: boolean },
): Listener => {
  const step = STEPS.find(({ id }) => id === spec.step) as Step;
  const victim = findVictim(spec.victim);
  const seen = new Set<string>();
  let stopped = false;
  const isNow = (one: Step, moment: Moment) =>
    !seen.has(one.id) && (one.after === undefined || seen.has(one.after)) && one.matches(moment);

  return {
    migrationId: ground.migrationId,
    async moment(moment) {
      const now = STEPS.filter((one) => isNow(one, moment));
      for (const { id } of now) {
        seen.add(id);
        ground.note(id);
      }
      // Also when it is sent once more, under another fence.
      if (isSend(moment)) course.completedMs = monotonicMs();
      if (step.stopAt && !stopped && now.some(({ id }) => id === step.stopAt)) {
        stopped = true;
        // A try that was backed out before may have gone through them.
        for (const { id } of SETTLEMENT_STEPS) seen.delete(id);
        ground.note('the execution is stopped');
        stopExecution(ground);
        // A task that goes on would send CompleteMigration, and there would be nothing to undo; or it would see the promotion
        // before the settlement does. Executions that are stopped while their task goes on are victims of their own.
        await killTask(ground, moment).catch(unlessGone);
      }
      if (ground.struck || !now.includes(step) || (step.stopAt && !stopped)) return 'pass';
      ground.struck = true;
      course.struckAfter = course.promotedMs !== undefined;
      ground.note(`struck: ${victim.id}`);
      try {
        return await victim.strike(ground, moment);
      } catch (error) {
        unlessGone(error);
        // Nobody is there any more to be struck: its repeat will come here again.
        ground.note('it was gone already');
        ground.struck = false;
        seen.delete(step.id);
        return 'pass';
      }
    },
    promoting(forced) {
      ground.note(forced ? 'the target stands alone, by Force' : 'the target is promoted');
      if (forced) course.forcedMs = monotonicMs();
      else course.promotedMs = monotonicMs();
    },
    losesStatusChanges: () => ground.losesStatusChanges,
    ticksFromMs: () => ground.ticksFromMs,
  };
};

const unlessGone = (error: unknown): void => {
  if (!(error instanceof GoneError)) throw error;
};
