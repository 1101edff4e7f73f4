import { jsonAnswer, jsonError, type WireResponse } from '../../../local/endpoint/wire.ts';

/** Step Functions that begins executions and does not play them: what was started under a name is all that it knows. */
export class Executions {
  /** Inputs by the execution's ARN. */
  readonly started = new Map<string, string>();

  /** The answer to one call of its JSON protocol. */
  answer(operation: string, input: Record<string, string>): WireResponse {
    switch (operation) {
      case 'StartExecution':
        return this.#start(input);
      case 'GetExecutionHistory':
        return this.#history(input);
      case 'SendTaskSuccess':
      case 'SendTaskFailure':
        return jsonError('TaskTimedOut', 'Nobody waits');
      default:
        throw new Error(`No function of the API calls ${operation}`);
    }
  }

  #start({ stateMachineArn = '', name = '', input = '' }: Record<string, string>): WireResponse {
    const executionArn = `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
    const standing = this.started.get(executionArn);
    if (standing !== undefined && standing !== input)
      return jsonError('ExecutionAlreadyExists', `Execution Already Exists: '${executionArn}'`);
    this.started.set(executionArn, input);
    return jsonAnswer({ executionArn, startDate: 1.7e9 });
  }

  #history({ executionArn = '', nextToken }: Record<string, string>): WireResponse {
    if (!this.started.has(executionArn)) return jsonError('ExecutionDoesNotExist', 'Execution Does Not Exist');
    if (nextToken !== undefined) return jsonError('InvalidToken', `Invalid Token: '${nextToken}'`);
    const entered = { name: 'AnnounceAccepted', input: '{}' };
    const events = [
      { id: 1, previousEventId: 0, timestamp: 1.7e9, type: 'ExecutionStarted' },
      { id: 2, previousEventId: 1, timestamp: 1.7e9, type: 'TaskStateEntered', stateEnteredEventDetails: entered },
    ];
    return jsonAnswer({ events });
  }
}
