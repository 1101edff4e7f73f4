import { type Clock, systemClock } from '../local/clock.ts';
import type { Call, Fault } from '../local/endpoint/endpoint.ts';
import type { LogSink } from '../local/lambda/logs.ts';
import { type Lab, startLab } from '../test/e2e/lab.ts';
import type { Moment } from './steps.ts';

/** What a cell hears of the lane that it runs in. */
export interface Listener {
  /** A call of a function, which waits for the answer. */
  moment(moment: Moment): Promise<'pass' | 'lose'>;
  /** A primary of the target is about to be one. */
  promoting(forced: boolean): void;
  /** The rule for the end of an execution hears nothing. */
  losesStatusChanges(): boolean;
}

/** One embedded AWS, in which one cell runs after the other. */
export interface Lane {
  lab: Lab;
  listener: Listener | undefined;
  /** Where functions dial `host:port`, over the lab's own. */
  lead(aliases: Record<string, string>): void;
}

/** Everything as quick as the template allows: what is waited for here is waited for on purpose. */
const PARAMETERS = {
  PollMilliseconds: '200',
  WatchSeconds: '4',
  ActingTaskSeconds: '12',
  EventGraceSeconds: '2',
  LookAtLinkSeconds: '1',
};
const VPC = { '10.0.0.5:*': '127.0.0.1:*' };
const LONG_MS = 50_000;
const STATUS_CHANGE = 'Step Functions Execution Status Change';

/** @param logs of the functions */
export const startLane = async (logs?: LogSink): Promise<Lane> => {
  const lane: { listener: Listener | undefined } = { listener: undefined };
  const lab = await startLab({
    clock: impatientClock,
    parameters: PARAMETERS,
    // An execution environment at a time runs one invocation, on AWS as here: what is struck is one task.
    lambda: { invocationsPerProcess: 1, ...(logs && { logs }) },
    faults: async (call): Promise<Fault> => {
      if (!lane.listener || (call.service !== 'dynamodb' && call.service !== 'elasticache')) return 'none';
      return (await lane.listener.moment(momentOf(call))) === 'lose' ? 'lose' : 'none';
    },
    deliveries: ({ event }) => {
      // The sweeper's ticks are the cell's to give.
      if (event['detail-type'] === 'Scheduled Event') return 'lose';
      return event['detail-type'] === STATUS_CHANGE && lane.listener?.losesStatusChanges() ? 'lose' : 'deliver';
    },
    elastiCache: { promoting: (_, __, forced) => lane.listener?.promoting(forced) },
  });
  return Object.assign(lane, {
    lab,
    lead: (aliases: Record<string, string>) => lab.aws.lambda.setHostAliases({ ...VPC, ...aliases }),
  });
};

/** The machines' longest waits a quarter as long: they outwait tasks, which end within ActingTaskSeconds here. */
const impatientClock: Clock = {
  now: () => systemClock.now(),
  after: (ms, run) => systemClock.after(ms < LONG_MS ? ms : ms / 4, run),
};

const momentOf = ({ service, operation, body, callerPort = 0 }: Call): Moment => ({
  to: service as Moment['to'],
  what: operation,
  text: body.toString(),
  fromPort: callerPort,
});
