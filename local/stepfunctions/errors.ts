/**
 * How an integration fails its task: what it throws is matched by Retry and Catch and is shown in the history.
 * SendTaskFailure may name neither; a Catch then sees null for both.
 */
export class TaskError extends Error {
  override readonly name = 'TaskError';
  readonly error: string | undefined;
  override readonly cause: string | undefined;

  constructor(error?: string, cause?: string) {
    super(`${error ?? 'unnamed error'}: ${cause ?? ''}`);
    this.error = error;
    this.cause = cause;
  }
}

/** What the API refuses. `code` is the error's name on the wire. Interpreter failures are not in this family. */
export abstract class StepFunctionsError extends Error {
  abstract readonly code: string;
}

export class InvalidDefinition extends StepFunctionsError {
  readonly code = 'InvalidDefinition';
  /** One for each fault, `<KIND>: <what> at <path>` */
  readonly diagnostics: readonly string[];

  constructor(diagnostics: readonly string[]) {
    super(`Invalid State Machine Definition: '${diagnostics.join(', ')}'`);
    this.diagnostics = diagnostics;
  }
}

export class InvalidName extends StepFunctionsError {
  readonly code = 'InvalidName';
  constructor(name: string) {
    super(`Invalid Name: '${name}'`);
  }
}

export class InvalidExecutionInput extends StepFunctionsError {
  readonly code = 'InvalidExecutionInput';
  constructor(why: string) {
    super(`Invalid State Machine Execution Input: '${why}'`);
  }
}

export class InvalidOutput extends StepFunctionsError {
  readonly code = 'InvalidOutput';
  constructor(why: string) {
    super(`Invalid Output: '${why}'`);
  }
}

export class InvalidToken extends StepFunctionsError {
  readonly code = 'InvalidToken';
  constructor() {
    super("Invalid Token: 'Invalid token'");
  }
}

/** Also of a token whose task has ended in any other way. */
export class TaskTimedOut extends StepFunctionsError {
  readonly code = 'TaskTimedOut';
  constructor() {
    super("Task Timed Out: 'Provided task does not exist anymore'");
  }
}

export class TaskDoesNotExist extends StepFunctionsError {
  readonly code = 'TaskDoesNotExist';
  constructor() {
    super("Task Does Not Exist: 'Provided task does not exist'");
  }
}

export class StateMachineDoesNotExist extends StepFunctionsError {
  readonly code = 'StateMachineDoesNotExist';
  constructor(arn: string) {
    super(`State Machine Does Not Exist: '${arn}'`);
  }
}

export class StateMachineAlreadyExists extends StepFunctionsError {
  readonly code = 'StateMachineAlreadyExists';
  constructor(arn: string) {
    super(`State Machine Already Exists: '${arn}'`);
  }
}

export class StateMachineDeleting extends StepFunctionsError {
  readonly code = 'StateMachineDeleting';
  constructor(arn: string) {
    super(`State Machine Deleting: '${arn}'`);
  }
}

export class StateMachineTypeNotSupported extends StepFunctionsError {
  readonly code = 'StateMachineTypeNotSupported';
  constructor(type: string) {
    super(`State machines of type ${type} are not implemented, only STANDARD`);
  }
}

export class ExecutionDoesNotExist extends StepFunctionsError {
  readonly code = 'ExecutionDoesNotExist';
  constructor(arn: string) {
    super(`Execution Does Not Exist: '${arn}'`);
  }
}

export class ExecutionAlreadyExists extends StepFunctionsError {
  readonly code = 'ExecutionAlreadyExists';
  constructor(arn: string) {
    super(`Execution Already Exists: '${arn}'`);
  }
}

/** A request that breaks a constraint of the API's model. */
export class ValidationException extends StepFunctionsError {
  readonly code = 'ValidationException';
}
