import type { Clock } from '../clock.ts';
import { parseDefinition } from './definition/parse.ts';
import { StateMachineAlreadyExists, StateMachineDoesNotExist, StateMachineTypeNotSupported } from './errors.ts';
import type { Execution, MachineRevision } from './interpreter/execution.ts';
import { checkName } from './names.ts';
import { type PageRequest, pageOf } from './paging.ts';

export interface StateMachine {
  revision: MachineRevision;
  definition: string;
  creationDate: Date;
  status: 'ACTIVE' | 'DELETING';
  /** In the order of their start. */
  executions: Execution[];
}

export interface CreateStateMachineRequest {
  name: string;
  definition: string;
  roleArn?: string | undefined;
  type?: string | undefined;
}

/** The state machines of one account and region. */
export class StateMachines {
  readonly #byArn = new Map<string, StateMachine>();
  readonly #clock: Clock;
  readonly #resources: ReadonlySet<string>;

  /** @param resources that a task may call, without `.waitForTaskToken` */
  constructor(clock: Clock, resources: Iterable<string>) {
    this.#clock = clock;
    this.#resources = new Set(resources);
  }

  create(arn: string, roleArn: string, { name, definition, type = 'STANDARD' }: CreateStateMachineRequest) {
    if (type !== 'STANDARD') throw new StateMachineTypeNotSupported(type);
    checkName(name);
    const twin = this.#byArn.get(arn);
    if (twin?.definition === definition && twin.revision.roleArn === roleArn) return created(twin);
    if (twin !== undefined) throw new StateMachineAlreadyExists(arn);
    const stateMachine: StateMachine = {
      revision: { arn, name, roleArn, machine: parseDefinition(definition, this.#resources) },
      definition,
      creationDate: new Date(this.#clock.now()),
      status: 'ACTIVE',
      executions: [],
    };
    this.#byArn.set(arn, stateMachine);
    return created(stateMachine);
  }

  delete(arn: string): void {
    const stateMachine = this.#byArn.get(arn);
    if (stateMachine === undefined) return;
    stateMachine.status = 'DELETING';
    for (const execution of stateMachine.executions) execution.doomed = true;
    this.sweep(stateMachine);
  }

  /** Forgets a machine that is being deleted once none of its executions runs. */
  sweep({ status, revision, executions }: StateMachine): void {
    if (status === 'DELETING' && executions.every((execution) => execution.status !== 'RUNNING')) {
      this.#byArn.delete(revision.arn);
    }
  }

  describe(arn: string) {
    const { revision, status, definition, creationDate } = this.get(arn);
    return {
      stateMachineArn: arn,
      name: revision.name,
      status,
      definition,
      roleArn: revision.roleArn,
      type: 'STANDARD' as const,
      creationDate,
      loggingConfiguration: { level: 'OFF' as const, includeExecutionData: false },
      tracingConfiguration: { enabled: false },
    };
  }

  list({ maxResults, nextToken }: PageRequest) {
    const { items, ...rest } = pageOf([...this.#byArn.values()], maxResults, nextToken);
    const stateMachines = items.map(({ revision: { arn, name }, creationDate }) => ({
      stateMachineArn: arn,
      name,
      type: 'STANDARD' as const,
      creationDate,
    }));
    return { stateMachines, ...rest };
  }

  /** @throws StateMachineDoesNotExist */
  get(arn: string): StateMachine {
    const found = this.#byArn.get(arn);
    if (found === undefined) throw new StateMachineDoesNotExist(arn);
    return found;
  }
}

const created = ({ revision, creationDate }: StateMachine) => ({ stateMachineArn: revision.arn, creationDate });
