import { setInterval } from 'node:timers/promises';
import { type Clock, systemClock } from '../local/clock.ts';
import type { Call, Fault } from '../local/endpoint/endpoint.ts';
import type { BusEvent } from '../local/eventbridge/event.ts';
import type { LogSink } from '../local/lambda/logs.ts';
import { type Lab, startLab } from '../test/e2e/lab.ts';
import type { Moment } from './steps.ts';
import { openTable } from './table.ts';

/** What a cell hears of the lane that it runs in: all that happens to its own replication group. */
export interface Listener {
  migrationId: string;
  /** A call of a function, which waits for the answer. */
  moment(moment: Moment): Promise<'pass' | 'lose'>;
  /** A primary of the target is about to be one. */
  promoting(forced: boolean): void;
  /** The rule for the end of an execution hears nothing. */
  losesStatusChanges(): boolean;
  /** The sweeper's schedule is lost until then, in the whole lane. Milliseconds since the epoch. */
  ticksFromMs(): number;
}

/** One embedded AWS, in which cells run side by side, each with a replication group and a source of its own. */
export interface Lane {
  readonly lab: Lab;
  /** From now on its migration is one that the sweeper may find. @param groupId as {@link groupIdOf} names it */
  listen(groupId: string, listener: Listener): void;
  /** Where functions dial `host:port`, over the lab's own, for that group's cell. */
  lead(groupId: string, aliases: Record<string, string>): void;
  leave(groupId: string): void;
  end(): Promise<void>;
}

/** Every call and event that is about a group, or about its migration, holds its id. */
export const groupIdOf = (nth: number): string => `cell-${String(nth).padStart(4, '0')}`;
const GROUP_ID = /cell-\d{4,}/;

/** Everything as quick as the template allows: what is waited for here is waited for on purpose. */
const PARAMETERS = {
  StartsPerMinute: '0',
  PollMilliseconds: '200',
  DescribeSeconds: '1',
  WatchSeconds: '4',
  ActingTaskSeconds: '20',
  EventGraceSeconds: '3',
  LookAtLinkSeconds: '5',
  // Of many cells side by side each would find the few that are kept taken by the others.
  ReservedConcurrency: '50',
};
/**
 * Functions whose processes a victim may kill or stop run one invocation in each, as on AWS: what is struck is one task. The
 * others share theirs, since each process costs a third of a second of the processor.
 */
const STRUCK = Object.fromEntries(
  [
    'RequestAbort',
    'RequestConfirm',
    'RequestUnfence',
    'RequestRollback',
    'AbortRequested',
    'CutOver',
    'WatchPromotion',
    'CloseMigration',
    'SettleMigration',
    'MakeSafe',
    'LiftFence',
    'Confirm',
    'Unfence',
    'RollBack',
  ].map((name) => [`${name}Function`, 1]),
);
const VPC = { '10.0.0.5:*': '127.0.0.1:*' };
const LONG_MS = 50_000;
const SHORTENED = 4;
/** The sweeper's schedule. */
const TICK_MS = 6000;
const STATUS_CHANGE = 'Step Functions Execution Status Change';

export interface LaneOptions {
  /** Over what the template is deployed with here. */
  parameters?: Record<string, string>;
  /** Of the functions. */
  logs?: LogSink;
}

export const startLane = async ({ parameters = {}, logs }: LaneOptions = {}): Promise<Lane> => {
  const listeners = new Map<string, Listener>();
  const aliases = new Map<string, Record<string, string>>();
  const of = (text: string) => listeners.get(GROUP_ID.exec(text)?.[0] ?? '');
  const lab = await startLab({
    clock: impatientClock,
    parameters: { ...PARAMETERS, ...parameters },
    lambda: { invocationsPerProcess: STRUCK, env: { NODE_OPTIONS: '' }, ...(logs && { logs }) },
    faults: async (call): Promise<Fault> => {
      if (call.service !== 'dynamodb' && call.service !== 'elasticache') return 'none';
      const moment = momentOf(call);
      return (await of(moment.text)?.moment(moment)) === 'lose' ? 'lose' : 'none';
    },
    deliveries: ({ event }) => {
      // The sweeper's ticks are the cells' to give.
      if (event['detail-type'] === 'Scheduled Event') return 'lose';
      return isStatusChange(event) && of(JSON.stringify(event.detail))?.losesStatusChanges() ? 'lose' : 'deliver';
    },
    elastiCache: { promoting: ({ id }, _, forced) => listeners.get(id)?.promoting(forced) },
  });
  const lead = () => lab.aws.lambda.setHostAliases(Object.assign({}, VPC, ...aliases.values()));
  const table = openTable(lab);
  const sweep = async () => {
    const all = [...listeners.values()];
    if (all.length === 0 || all.some((one) => Date.now() < one.ticksFromMs())) return;
    await Promise.all(all.map(({ migrationId }) => table.makeOld(migrationId)));
    await lab.aws.lambda.invoke(lab.aws.resources.SweepFunction as string, {});
  };
  const ending = new AbortController();
  const sweeping = (async () => {
    // A tick that fails is one that is lost; the next one comes.
    for await (const _ of setInterval(TICK_MS, undefined, { signal: ending.signal })) await sweep().catch(() => {});
  })().catch((error: unknown) => {
    if (!ending.signal.aborted) throw error;
  });
  return {
    lab,
    listen: (groupId, listener) => void listeners.set(groupId, listener),
    lead(groupId, those) {
      aliases.set(groupId, those);
      lead();
    },
    leave(groupId) {
      listeners.delete(groupId);
      aliases.delete(groupId);
      lead();
    },
    async end() {
      ending.abort();
      await sweeping;
      table.close();
      await lab.end();
    },
  };
};

const isStatusChange = (event: BusEvent): boolean => event['detail-type'] === STATUS_CHANGE;

/** The machines' longest waits a quarter as long: they outwait tasks, which end within ActingTaskSeconds here. */
const impatientClock: Clock = {
  now: () => systemClock.now(),
  after: (ms, run) => systemClock.after(ms < LONG_MS ? ms : ms / SHORTENED, run),
};

/** A delay that takes so long by the lane's clock. */
export const asLongAs = (ms: number): number => (ms < LONG_MS ? ms : ms * SHORTENED);

const momentOf = ({ service, operation, body, callerPort = 0 }: Call): Moment => ({
  to: service as Moment['to'],
  what: operation,
  text: body.toString(),
  fromPort: callerPort,
});
