import { describe, expect, it } from 'vitest';
import { laboratory, machine, runMachine } from './support.ts';

const INVOKE = 'arn:aws:states:::lambda:invoke';

/** 28 transitions: a Pass, then nine turns of a task, a wait and a choice. */
const looping = (turns: number) =>
  machine({
    StartAt: 'Start',
    States: {
      Start: { Type: 'Pass', Assign: { turn: 0 }, Next: 'Look' },
      Look: {
        Type: 'Task',
        Resource: INVOKE,
        Arguments: {
          FunctionName: 'look',
          Payload: { turn: '{% $turn %}', id: '{% $states.context.Execution.Name %}' },
        },
        Assign: { turn: '{% $turn + 1 %}' },
        Output: '{% $states.result.Payload %}',
        Next: 'Rest',
      },
      Rest: { Type: 'Wait', Seconds: 60, Next: 'Done?' },
      'Done?': { Type: 'Choice', Choices: [{ Condition: `{% $turn >= ${turns} %}`, Next: 'End' }], Default: 'Look' },
      End: { Type: 'Succeed' },
    },
  });

const integrations = { [INVOKE]: async () => ({ Payload: { inSync: false } }) };

describe('what executions cost', () => {
  it('runs 1,000 executions of 28 transitions at once', async () => {
    const { service, clock, changes } = laboratory(integrations);
    const { stateMachineArn } = service.createStateMachine({ name: 'm', definition: looping(9) });
    const began = performance.now();
    const arns = Array.from({ length: 1000 }, () => service.startExecution({ stateMachineArn }).executionArn);
    await clock.runUntilIdle();
    console.info(`1,000 executions of 28 transitions: ${Math.round(performance.now() - began)} ms`);

    expect(changes.filter(({ status }) => status === 'SUCCEEDED')).toHaveLength(1000);
    expect(new Set(arns.map((arn) => service.transitions(arn)))).toEqual(new Set([29]));
  });

  it('runs an execution of 20,000 events that takes a week', async () => {
    const began = performance.now();
    const run = await runMachine(looping(2222), integrations);
    console.info(`${run.history.length} events: ${Math.round(performance.now() - began)} ms`);

    expect(run.status).toBe('SUCCEEDED');
    expect(run.history.length).toBeGreaterThan(19_000);
  });
});
