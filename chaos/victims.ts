import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '../test/cutover/ledger/resp.ts';
import type { Ground } from './ground.ts';
import { processOnPort } from './processes.ts';
import type { Moment } from './steps.ts';

/** Who or what is struck at a step. */
export interface Victim {
  id: string;
  what: string;
  /** What becomes of the call that is just being made. The rest goes on in the background of the cell. */
  strike(ground: Ground, moment: Moment): Promise<'pass' | 'lose'>;
}

/** The process that made the call has ended meanwhile. */
export class GoneError extends Error {}

/** The process that is making the call. @throws GoneError */
const taskOf = ({ lane }: Ground, { fromPort }: Moment): number => {
  const pid = processOnPort(lane.lab.aws.lambda.pids(), fromPort);
  if (pid === undefined) throw new GoneError(`No function has a connection from port ${fromPort}`);
  return pid;
};

const signal = (pid: number, name: NodeJS.Signals): void => {
  try {
    process.kill(pid, name);
  } catch (error) {
    // It has ended meanwhile, of its own timeout.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
};

export const killTask = async (ground: Ground, moment: Moment): Promise<void> =>
  signal(taskOf(ground, moment), 'SIGKILL');

/** A task that hangs for so long misses every budget of a drain, and wakes up before Lambda ends it. */
const hang = async (ground: Ground, moment: Moment): Promise<void> => {
  const pid = taskOf(ground, moment);
  signal(pid, 'SIGSTOP');
  ground.later(async () => {
    await sleep(ground.random.between(3500, 6000));
    signal(pid, 'SIGCONT');
  });
};

/** Whatever runs for this migration: its own execution, or those that settle it. */
export const stopExecution = ({ lane, migrationId }: Ground): void => {
  const { stepFunctions, outputs } = lane.lab.aws;
  for (const stateMachineArn of [outputs.MigrationStateMachineArn, outputs.SettlementStateMachineArn]) {
    const { executions } = stepFunctions.listExecutions({
      stateMachineArn: stateMachineArn as string,
      statusFilter: 'RUNNING',
    });
    for (const { name, executionArn } of executions) {
      if (!name.startsWith(migrationId)) continue;
      stepFunctions.stopExecution({ executionArn, error: 'Operator', cause: 'stopped by hand' });
    }
  }
};

/** Stops a server for a while. */
const freeze = (ground: Ground, server: { signal(name: NodeJS.Signals): void }): void => {
  server.signal('SIGSTOP');
  ground.later(async () => {
    await sleep(ground.random.between(500, 4000));
    server.signal('SIGCONT');
  });
};

export const VICTIMS: readonly Victim[] = [
  {
    id: 'task-kill',
    what: "the task's process is killed, its call on the way or not",
    async strike(ground, moment) {
      await killTask(ground, moment);
      return ground.random.below(2) === 0 ? 'pass' : 'lose';
    },
  },
  {
    id: 'task-hang',
    what: "the task's process hangs for seconds and goes on",
    async strike(ground, moment) {
      await hang(ground, moment);
      return 'pass';
    },
  },
  {
    id: 'source-kill',
    what: 'the source is killed and started again',
    async strike(ground) {
      ground.source.signal('SIGKILL');
      ground.later(async () => {
        await sleep(ground.random.between(100, 2000));
        await ground.source.restart();
      });
      return 'pass';
    },
  },
  {
    id: 'source-hang',
    what: 'the source hangs for a while',
    async strike(ground) {
      freeze(ground, ground.source);
      return 'pass';
    },
  },
  {
    id: 'primary-kill',
    what: 'the primary of the target dies, is replaced, and follows the source again',
    async strike(ground) {
      ground.target.primary.kill();
      ground.later(async () => {
        await sleep(ground.random.between(300, 2000));
        await ground.target.primary.replace();
        if (!ground.promoted) await ground.target.primary.follow({ host: '127.0.0.1', port: ground.source.port });
      });
      return 'pass';
    },
  },
  {
    id: 'primary-empty',
    what: 'the primary of the target dies and is replaced by an empty one that follows nobody',
    async strike(ground) {
      ground.target.primary.kill();
      ground.later(async () => {
        await sleep(ground.random.between(300, 2000));
        await ground.target.primary.replace();
      });
      return 'pass';
    },
  },
  {
    id: 'primary-hang',
    what: 'the primary of the target hangs for a while',
    async strike(ground) {
      freeze(ground, { signal: (name) => ground.target.primary.kill(name) });
      return 'pass';
    },
  },
  {
    id: 'replica-kill',
    what: 'a replica of the target dies and is replaced',
    async strike(ground) {
      ground.target.replica.kill();
      ground.later(async () => {
        await sleep(ground.random.between(300, 2000));
        await ground.target.replica.replace();
      });
      return 'pass';
    },
  },
  {
    id: 'replica-hang',
    what: 'a replica of the target hangs for a while',
    async strike(ground) {
      freeze(ground, { signal: (name) => ground.target.replica.kill(name) });
      return 'pass';
    },
  },
  {
    id: 'stopped',
    what: 'the execution is stopped from the console',
    async strike(ground) {
      stopExecution(ground);
      return 'pass';
    },
  },
  {
    id: 'unheard',
    what: 'the execution is stopped, and the event about it is lost',
    async strike(ground) {
      ground.losesStatusChanges = true;
      stopExecution(ground);
      return 'pass';
    },
  },
  {
    id: 'unswept',
    what: 'the execution is stopped, the event about it is lost, and so are the first ticks of the sweeper',
    async strike(ground) {
      ground.losesStatusChanges = true;
      ground.ticksFromMs = Date.now() + 8000;
      stopExecution(ground);
      return 'pass';
    },
  },
  {
    id: 'zombie',
    what: 'the execution is stopped while the task hangs, which goes on during the settlement',
    async strike(ground, moment) {
      await hang(ground, moment);
      stopExecution(ground);
      return 'pass';
    },
  },
];

/**
 * Not of the matrix: what a fence is there for. Somebody takes it away at this step, on the source and its replicas, behind the
 * service's back. A cell with it has to fail, by its ledger.
 */
export const CONTROLS: readonly Victim[] = [
  {
    id: 'fence-lost',
    what: 'the fence is gone',
    async strike({ servers }) {
      await Promise.all(
        servers.map(async ({ port }) => {
          const connection = await Connection.open(port);
          await connection.ask('ACL', 'SETUSER', 'default', '+@all');
          await connection.ask('CONFIG', 'SET', 'min-replicas-to-write', 0);
          connection.close();
        }),
      );
      return 'pass';
    },
  },
];

export const findVictim = (id: string): Victim => {
  const found = [...VICTIMS, ...CONTROLS].find((victim) => victim.id === id);
  if (!found) throw new Error(`There is no victim ${id}`);
  return found;
};
