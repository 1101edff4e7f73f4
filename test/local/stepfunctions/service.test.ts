import { describe, expect, it } from 'vitest';
import {
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  InvalidExecutionInput,
  InvalidName,
  StateMachineAlreadyExists,
  StateMachineDeleting,
  StateMachineDoesNotExist,
  StateMachineTypeNotSupported,
  ValidationException,
} from '../../../local/stepfunctions/errors.ts';
import { laboratory, machine, observe, single } from './support.ts';

const waiting = single({ Type: 'Wait', Seconds: 60 });
const passing = single({ Type: 'Pass', Output: 'done' });

const prepared = (definition = waiting) => {
  const lab = laboratory();
  const { stateMachineArn } = lab.service.createStateMachine({ name: 'm', definition });
  return { ...lab, stateMachineArn };
};

describe('startExecution', () => {
  it('answers the same execution for the same name and input while it runs', async () => {
    const { service, clock, stateMachineArn } = prepared();
    const first = service.startExecution({ stateMachineArn, name: 'a', input: '{"x":1}' });
    await clock.advance(1000);

    expect(service.startExecution({ stateMachineArn, name: 'a', input: '{"x":1}' })).toEqual(first);
    expect(service.listExecutions({ stateMachineArn }).executions).toHaveLength(1);
  });

  it.each([
    ['another input', { input: '{"x":2}' }, false],
    ['the execution closed', { input: '{"x":1}' }, true],
  ])('refuses a name again with %s', async (_, { input }, closed) => {
    const { service, clock, stateMachineArn } = prepared();
    const { executionArn } = service.startExecution({ stateMachineArn, name: 'a', input: '{"x":1}' });
    if (closed) await clock.runUntilIdle();
    const again = () => service.startExecution({ stateMachineArn, name: 'a', input });

    expect(again).toThrow(ExecutionAlreadyExists);
    expect(again).toThrow(`Execution Already Exists: '${executionArn}'`);
  });

  it('names an execution itself when it is not told how', () => {
    const { service, stateMachineArn } = prepared();

    expect(service.startExecution({ stateMachineArn }).executionArn).toMatch(
      /^arn:aws:states:us-west-2:000000000000:execution:m:[0-9a-f-]{36}$/,
    );
  });

  it.each([[''], ['a b'], ['a/b'], ['a:b'], ['a*'], ['{a}'], ['a\u0007'], ['a\ud800'], ['x'.repeat(81)]])(
    'refuses the name %j',
    (name) => {
      const { service, stateMachineArn } = prepared();

      expect(() => service.startExecution({ stateMachineArn, name })).toThrow(InvalidName);
    },
  );

  it.each([['x'.repeat(80)], ["it's_(a)-b.c!@+=é"]])('takes the name %j', (name) => {
    const { service, stateMachineArn } = prepared();

    expect(service.startExecution({ stateMachineArn, name }).executionArn).toContain(name);
  });

  it('refuses input that is no JSON or too long, and a machine that is not there', () => {
    const { service, stateMachineArn } = prepared();

    expect(() => service.startExecution({ stateMachineArn, input: 'not json' })).toThrow(InvalidExecutionInput);
    expect(() => service.startExecution({ stateMachineArn, input: '' })).toThrow(InvalidExecutionInput);
    expect(() => service.startExecution({ stateMachineArn, input: `"${'x'.repeat(262_143)}"` })).toThrow(
      InvalidExecutionInput,
    );
    expect(() => service.startExecution({ stateMachineArn: `${stateMachineArn}x` })).toThrow(StateMachineDoesNotExist);
  });

  it('shows the input as it was given', () => {
    const { service, stateMachineArn } = prepared();
    const { executionArn } = service.startExecution({ stateMachineArn, input: '{ "a" : 1 }' });

    expect(service.describeExecution({ executionArn }).input).toBe('{ "a" : 1 }');
  });
});

describe('describeExecution', () => {
  it('tells of an execution that runs, and of one that ended', async () => {
    const { service, clock, stateMachineArn } = prepared();
    const { executionArn } = service.startExecution({ stateMachineArn, name: 'a' });
    const common = {
      executionArn,
      stateMachineArn,
      name: 'a',
      startDate: new Date('2026-01-01T00:00:00Z'),
      input: '{}',
      inputDetails: { included: true },
      redriveCount: 0,
      redriveStatus: 'NOT_REDRIVABLE',
    };

    expect(service.describeExecution({ executionArn })).toEqual({
      ...common,
      status: 'RUNNING',
      redriveStatusReason: 'Execution is RUNNING and cannot be redriven',
    });
    await clock.runUntilIdle();
    expect(service.describeExecution({ executionArn })).toEqual({
      ...common,
      status: 'SUCCEEDED',
      redriveStatusReason: 'Execution is SUCCEEDED and cannot be redriven',
      stopDate: new Date('2026-01-01T00:01:00Z'),
      output: '{}',
      outputDetails: { included: true },
    });
  });

  it('does not know what is not there', () => {
    expect(() => prepared().service.describeExecution({ executionArn: 'arn' })).toThrow(ExecutionDoesNotExist);
  });
});

describe('stopExecution', () => {
  it('ends a running execution once, and drops what was waited for', async () => {
    const { service, clock, stateMachineArn } = prepared();
    const { executionArn } = service.startExecution({ stateMachineArn });
    await clock.advance(1000);
    const { stopDate } = service.stopExecution({ executionArn, error: 'E', cause: 'C' });
    await clock.advance(100_000);

    expect(service.stopExecution({ executionArn, error: 'other' })).toEqual({ stopDate });
    expect(service.describeExecution({ executionArn })).toMatchObject({
      status: 'ABORTED',
      error: 'E',
      cause: 'C',
      stopDate,
    });
    expect(clock.pending).toBe(0);
  });
});

describe('what is at work when an execution is stopped', () => {
  it('fails unheard', async () => {
    const lab = laboratory({ 'arn:aws:states:::lambda:invoke': async () => 'x'.repeat(300_000) });
    const definition = single({ Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke' });
    const { stateMachineArn } = lab.service.createStateMachine({ name: 'm', definition });
    for (let turns = 0; turns < 12; turns += 1) {
      const { executionArn } = lab.service.startExecution({ stateMachineArn, name: `after-${turns}` });
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      lab.service.stopExecution({ executionArn });
      await lab.clock.runUntilIdle();
      const { status, history } = observe(lab, executionArn);

      expect(history.filter(({ type }) => /^Execution(Failed|Aborted)$/.test(type ?? ''))).toHaveLength(1);
      expect(history.at(-1)?.type).toBe(status === 'ABORTED' ? 'ExecutionAborted' : 'ExecutionFailed');
    }
  });
});

describe('listExecutions', () => {
  it('is newest first, by status, and paged', async () => {
    const { service, clock, stateMachineArn } = prepared();
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      service.startExecution({ stateMachineArn, name });
      await clock.advance(20_000);
    }
    const names = (request: object) => {
      const { executions, nextToken } = service.listExecutions({ stateMachineArn, ...request });
      return [executions.map(({ name }) => name).join(''), nextToken] as const;
    };
    const [first, nextToken] = names({ maxResults: 2 });

    expect(first).toBe('ed');
    expect(names({ maxResults: 2, nextToken })[0]).toBe('cb');
    expect(names({})).toEqual(['edcba', undefined]);
    expect(names({ statusFilter: 'RUNNING' })[0]).toBe('ed');
    expect(names({ statusFilter: 'SUCCEEDED' })[0]).toBe('cba');
    expect(() => names({ maxResults: 1001 })).toThrow(ValidationException);
    expect(() => names({ nextToken: 'nonsense' })).toThrow(ValidationException);
  });
});

describe('getExecutionHistory', () => {
  it('is paged, forwards and backwards, with or without data', async () => {
    const { service, clock, stateMachineArn } = prepared(passing);
    const { executionArn } = service.startExecution({ stateMachineArn });
    await clock.runUntilIdle();
    const page = service.getExecutionHistory({ executionArn, maxResults: 3 });
    const rest = service.getExecutionHistory({ executionArn, maxResults: 3, nextToken: page.nextToken });
    const backwards = service.getExecutionHistory({ executionArn, reverseOrder: true });
    const bare = service.getExecutionHistory({ executionArn, includeExecutionData: false });

    expect([...page.events, ...rest.events].map(({ id }) => id)).toEqual([1, 2, 3, 4]);
    expect(rest.nextToken).toBeUndefined();
    expect(backwards.events.map(({ id }) => id)).toEqual([4, 3, 2, 1]);
    expect(bare.events[1]?.stateEnteredEventDetails).toEqual({ name: 'S' });
    expect(bare.events[3]?.executionSucceededEventDetails).toEqual({});
    expect(service.historyLength(executionArn)).toBe(4);
  });
});

describe('state machines', () => {
  it('are created once, and the same request again answers the same', async () => {
    const { service, clock } = laboratory();
    const first = service.createStateMachine({ name: 'm', definition: passing });
    await clock.advance(1000);

    expect(service.createStateMachine({ name: 'm', definition: passing })).toEqual(first);
    expect(() => service.createStateMachine({ name: 'm', definition: waiting })).toThrow(StateMachineAlreadyExists);
    expect(() => service.createStateMachine({ name: 'x y', definition: passing })).toThrow(InvalidName);
    expect(() => service.createStateMachine({ name: 'e', definition: passing, type: 'EXPRESS' })).toThrow(
      StateMachineTypeNotSupported,
    );
  });

  it('are described and listed', () => {
    const { service, stateMachineArn } = prepared(passing);
    service.createStateMachine({ name: 'n', definition: waiting });

    expect(service.describeStateMachine({ stateMachineArn })).toMatchObject({
      name: 'm',
      status: 'ACTIVE',
      type: 'STANDARD',
      definition: passing,
      roleArn: 'arn:aws:iam::000000000000:role/m',
    });
    expect(service.listStateMachines().stateMachines.map(({ name }) => name)).toEqual(['m', 'n']);
  });

  it('go when they are deleted: their executions end at the next transition', async () => {
    const lab = laboratory();
    const definition = machine({
      StartAt: 'W',
      States: { W: { Type: 'Wait', Seconds: 60, Next: 'X' }, X: { Type: 'Pass', End: true } },
    });
    const { stateMachineArn } = lab.service.createStateMachine({ name: 'm', definition });
    const { executionArn } = lab.service.startExecution({ stateMachineArn });
    lab.service.deleteStateMachine({ stateMachineArn });

    expect(lab.service.describeStateMachine({ stateMachineArn }).status).toBe('DELETING');
    expect(() => lab.service.startExecution({ stateMachineArn })).toThrow(StateMachineDeleting);
    await lab.clock.runUntilIdle();
    expect(observe(lab, executionArn)).toMatchObject({ status: 'ABORTED', path: ['W'] });
    expect(() => lab.service.describeStateMachine({ stateMachineArn })).toThrow(StateMachineDoesNotExist);
    expect(lab.service.deleteStateMachine({ stateMachineArn })).toEqual({});
  });

  it('may come again under their name: an execution keeps the definition that it was started with', async () => {
    const lab = prepared(single({ Type: 'Wait', Seconds: 60, Output: 'old' }));
    const { service, stateMachineArn, clock } = lab;
    const old = service.startExecution({ stateMachineArn, name: 'old' });
    await clock.runUntilIdle();
    service.deleteStateMachine({ stateMachineArn });
    service.createStateMachine({ name: 'm', definition: passing });
    const fresh = service.startExecution({ stateMachineArn, name: 'fresh' });
    await clock.runUntilIdle();

    expect(observe(lab, old.executionArn).output).toBe('old');
    expect(observe(lab, fresh.executionArn).output).toBe('done');
  });
});

describe('status changes', () => {
  it('are told as the event Step Functions Execution Status Change tells them', async () => {
    const { service, clock, changes, stateMachineArn } = prepared();
    const { executionArn } = service.startExecution({ stateMachineArn, name: 'a', input: '{"x":1}' });
    const common = {
      executionArn,
      stateMachineArn,
      name: 'a',
      startDate: Date.UTC(2026, 0, 1),
      input: '{"x":1}',
      inputDetails: { included: true },
      error: null,
      cause: null,
      stateMachineVersionArn: null,
      stateMachineAliasArn: null,
      redriveCount: 0,
      redriveDate: null,
      redriveStatus: 'NOT_REDRIVABLE',
    };
    expect(changes).toEqual([
      {
        ...common,
        status: 'RUNNING',
        stopDate: null,
        output: null,
        outputDetails: null,
        redriveStatusReason: 'Execution is RUNNING and cannot be redriven',
      },
    ]);
    await clock.runUntilIdle();
    expect(changes[1]).toEqual({
      ...common,
      status: 'SUCCEEDED',
      stopDate: Date.UTC(2026, 0, 1, 0, 1),
      output: '{"x":1}',
      outputDetails: { included: true },
      redriveStatusReason: 'Execution is SUCCEEDED and cannot be redriven',
    });
  });

  it('come for every end', async () => {
    const { service, clock, changes } = laboratory();
    const start = (name: string, definition: string) =>
      service.startExecution(service.createStateMachine({ name, definition })).executionArn;
    start('fails', machine({ StartAt: 'F', States: { F: { Type: 'Fail', Error: 'E' } } }));
    start('late', machine({ TimeoutSeconds: 1, StartAt: 'W', States: { W: { Type: 'Wait', Seconds: 9, End: true } } }));
    service.stopExecution({ executionArn: start('stopped', waiting) });
    await clock.runUntilIdle();

    expect(changes.map(({ status, error, redriveStatus }) => [status, error, redriveStatus])).toEqual(
      expect.arrayContaining([
        ['FAILED', 'E', 'REDRIVABLE'],
        ['TIMED_OUT', null, 'REDRIVABLE'],
        ['ABORTED', null, 'REDRIVABLE'],
      ]),
    );
    expect(changes).toHaveLength(6);
  });
});

describe('close', () => {
  it('drops what runs, so that nothing is left to wait for', async () => {
    const { service, clock, stateMachineArn } = prepared();
    const { executionArn } = service.startExecution({ stateMachineArn });
    await clock.advance(0);
    await service.close();

    expect(clock.pending).toBe(0);
    expect(service.describeExecution({ executionArn }).status).toBe('RUNNING');
  });
});
