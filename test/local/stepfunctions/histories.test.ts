import { describe, expect, it } from 'vitest';
import { TaskError } from '../../../local/stepfunctions/service.ts';
import { machine, runMachine, single, timeless } from './support.ts';

const roleArn = 'arn:aws:iam::000000000000:role/r';
const whole = { truncated: false };
const started = (input: string) => ({
  id: 1,
  previousEventId: 0,
  type: 'ExecutionStarted',
  executionStartedEventDetails: { input, inputDetails: whole, roleArn },
});

describe('a history, whole, as GetExecutionHistory shows it', () => {
  it('of a task that is retried, assigns and is followed by a Choice', async () => {
    let calls = 0;
    const run = await runMachine(
      machine({
        StartAt: 'Look',
        States: {
          Look: {
            Type: 'Task',
            Resource: 'arn:aws:states:::aws-sdk:elasticache:describeReplicationGroups',
            Arguments: { ReplicationGroupId: '{% $states.input.id %}' },
            TimeoutSeconds: 60,
            Retry: [{ ErrorEquals: ['States.ALL'] }],
            Assign: { status: '{% $states.result.Status %}', seen: [1, '{% $states.result %}'] },
            Output: '{% $states.result.Status %}',
            Next: 'Done?',
          },
          'Done?': { Type: 'Choice', Choices: [{ Condition: "{% $status = 'available' %}", Next: 'Done' }] },
          Done: { Type: 'Succeed' },
        },
      }),
      {
        'arn:aws:states:::aws-sdk:elasticache:describeReplicationGroups': async () => {
          calls += 1;
          if (calls === 1) throw new TaskError('ElastiCache.ElastiCacheException', 'Rate exceeded');
          return { Status: 'available' };
        },
      },
      { input: { id: 'test' }, roleArn },
    );

    const which = { resourceType: 'aws-sdk:elasticache', resource: 'describeReplicationGroups' };
    const scheduled = {
      type: 'TaskScheduled',
      taskScheduledEventDetails: {
        ...which,
        region: 'us-west-2',
        parameters: '{"ReplicationGroupId":"test"}',
        timeoutInSeconds: 60,
      },
    };
    expect(timeless(run.history)).toEqual([
      started('{"id":"test"}'),
      {
        id: 2,
        previousEventId: 0,
        type: 'TaskStateEntered',
        stateEnteredEventDetails: { name: 'Look', input: '{"id":"test"}', inputDetails: whole },
      },
      { id: 3, previousEventId: 2, ...scheduled },
      { id: 4, previousEventId: 3, type: 'TaskStarted', taskStartedEventDetails: which },
      {
        id: 5,
        previousEventId: 4,
        type: 'TaskFailed',
        taskFailedEventDetails: { ...which, error: 'ElastiCache.ElastiCacheException', cause: 'Rate exceeded' },
      },
      { id: 6, previousEventId: 5, ...scheduled },
      { id: 7, previousEventId: 6, type: 'TaskStarted', taskStartedEventDetails: which },
      {
        id: 8,
        previousEventId: 7,
        type: 'TaskSucceeded',
        taskSucceededEventDetails: { ...which, output: '{"Status":"available"}', outputDetails: whole },
      },
      {
        id: 9,
        previousEventId: 8,
        type: 'TaskStateExited',
        stateExitedEventDetails: {
          name: 'Look',
          output: '"available"',
          outputDetails: whole,
          assignedVariables: { status: '"available"', seen: '[1,{"Status":"available"}]' },
          assignedVariablesDetails: whole,
        },
      },
      {
        id: 10,
        previousEventId: 9,
        type: 'ChoiceStateEntered',
        stateEnteredEventDetails: { name: 'Done?', input: '"available"', inputDetails: whole },
      },
      {
        id: 11,
        previousEventId: 10,
        type: 'ChoiceStateExited',
        stateExitedEventDetails: { name: 'Done?', output: '"available"', outputDetails: whole },
      },
      {
        id: 12,
        previousEventId: 11,
        type: 'SucceedStateEntered',
        stateEnteredEventDetails: { name: 'Done', input: '"available"', inputDetails: whole },
      },
      {
        id: 13,
        previousEventId: 12,
        type: 'SucceedStateExited',
        stateExitedEventDetails: { name: 'Done', output: '"available"', outputDetails: whole },
      },
      {
        id: 14,
        previousEventId: 13,
        type: 'ExecutionSucceeded',
        executionSucceededEventDetails: { output: '"available"', outputDetails: whole },
      },
    ]);
  });

  it('of a callback that is never made', async () => {
    const run = await runMachine(
      single({
        Type: 'Task',
        Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
        Arguments: { FunctionName: 'ask', Payload: '{% $states.context.Task.Token %}' },
        TimeoutSeconds: 600,
        HeartbeatSeconds: 5,
      }),
      { 'arn:aws:states:::lambda:invoke': async () => ({ StatusCode: 200 }) },
      { roleArn },
    );
    const token = JSON.parse(run.history[2]?.taskScheduledEventDetails?.parameters ?? '{}').Payload;
    const which = { resourceType: 'lambda', resource: 'invoke.waitForTaskToken' };

    expect(token).toMatch(/^[\w-]{40,}$/);
    expect(timeless(run.history)).toEqual([
      started('{}'),
      {
        id: 2,
        previousEventId: 0,
        type: 'TaskStateEntered',
        stateEnteredEventDetails: { name: 'S', input: '{}', inputDetails: whole },
      },
      {
        id: 3,
        previousEventId: 2,
        type: 'TaskScheduled',
        taskScheduledEventDetails: {
          ...which,
          region: 'us-west-2',
          parameters: JSON.stringify({ FunctionName: 'ask', Payload: token }),
          timeoutInSeconds: 600,
          heartbeatInSeconds: 5,
        },
      },
      { id: 4, previousEventId: 3, type: 'TaskStarted', taskStartedEventDetails: which },
      {
        id: 5,
        previousEventId: 4,
        type: 'TaskSubmitted',
        taskSubmittedEventDetails: { ...which, output: '{"StatusCode":200}', outputDetails: whole },
      },
      {
        id: 6,
        previousEventId: 5,
        type: 'TaskTimedOut',
        taskTimedOutEventDetails: { ...which, error: 'States.Timeout' },
      },
      {
        id: 7,
        previousEventId: 6,
        type: 'ExecutionFailed',
        executionFailedEventDetails: { error: 'States.Timeout' },
      },
    ]);
  });

  it('of an expression that returns nothing', async () => {
    const run = await runMachine(single({ Type: 'Pass', Output: { result: '{% $x %}' } }), {}, { roleArn });
    const cause =
      "An error occurred while executing the state 'S' (entered at the event id #2). The JSONata expression '$x' specified for the field 'Output/result' returned nothing (undefined).";

    expect(timeless(run.history)).toEqual([
      started('{}'),
      {
        id: 2,
        previousEventId: 0,
        type: 'PassStateEntered',
        stateEnteredEventDetails: { name: 'S', input: '{}', inputDetails: whole },
      },
      {
        id: 3,
        previousEventId: 2,
        type: 'EvaluationFailed',
        evaluationFailedEventDetails: {
          error: 'States.QueryEvaluationError',
          cause,
          location: 'Output/result',
          state: 'S',
        },
      },
      {
        id: 4,
        previousEventId: 3,
        type: 'ExecutionFailed',
        executionFailedEventDetails: { error: 'States.QueryEvaluationError', cause },
      },
    ]);
  });

  it('of a Fail state, which is never left', async () => {
    const run = await runMachine(
      machine({ StartAt: 'F', States: { F: { Type: 'Fail', Error: 'E', Cause: 'C' } } }),
      {},
      { roleArn },
    );

    expect(timeless(run.history)).toEqual([
      started('{}'),
      {
        id: 2,
        previousEventId: 0,
        type: 'FailStateEntered',
        stateEnteredEventDetails: { name: 'F', input: '{}', inputDetails: whole },
      },
      {
        id: 3,
        previousEventId: 2,
        type: 'ExecutionFailed',
        executionFailedEventDetails: { error: 'E', cause: 'C' },
      },
    ]);
  });

  it.each([
    [{}, {}],
    [
      { error: 'E', cause: 'C' },
      { error: 'E', cause: 'C' },
    ],
  ])('of an execution that is stopped (%j)', async (given, shown) => {
    const run = await runMachine(
      single({ Type: 'Wait', Seconds: 60 }),
      {},
      { roleArn, meanwhile: ({ service }, executionArn) => void service.stopExecution({ executionArn, ...given }) },
    );

    expect(run).toMatchObject({ status: 'ABORTED', ...shown });
    expect(timeless(run.history)).toEqual([
      started('{}'),
      {
        id: 2,
        previousEventId: 0,
        type: 'WaitStateEntered',
        stateEnteredEventDetails: { name: 'S', input: '{}', inputDetails: whole },
      },
      { id: 3, previousEventId: 0, type: 'ExecutionAborted', executionAbortedEventDetails: shown },
    ]);
  });

  it('stamps each event with the clock', async () => {
    const run = await runMachine(single({ Type: 'Wait', Seconds: 60 }));

    expect(run.history.map(({ timestamp }) => Number(timestamp) - Date.UTC(2026, 0, 1))).toEqual([
      0, 0, 60_000, 60_000,
    ]);
  });
});
