import type { State } from '../definition/schema.ts';
import { engineMessage } from '../expressions/evaluator.ts';
import { expressionIn, isLiteral } from '../expressions/template.ts';
import { exceeds, PAYLOAD_BYTES } from '../limits.ts';
import { type Payload, payloadOf } from '../payload.ts';
import type { Branch } from './branch.ts';
import { StateFailure } from './failure.ts';

/** What `$states` holds beside the input and the context, where it holds it. */
export type Visible = { result?: unknown; errorOutput?: unknown };

const RETRYABLE = new Set<State['Type']>(['Task', 'Parallel', 'Map']);

/** One entry of a state: its input, the context that its expressions see, and how it fails. */
export class StateRun<S extends State = State> {
  readonly branch: Branch;
  readonly name: string;
  readonly state: S;
  readonly input: Payload;
  readonly enteredEventId: number;
  retryCount = 0;
  taskToken: string | undefined;
  readonly #enteredMs: number;

  constructor(branch: Branch, name: string, state: S, input: Payload, enteredEventId: number) {
    this.branch = branch;
    this.name = name;
    this.state = state;
    this.input = input;
    this.enteredEventId = enteredEventId;
    this.#enteredMs = branch.execution.world.clock.now();
  }

  /** A failure of the interpreter's own, its cause led by where it happened as Step Functions does. */
  failure(error: string, why: string): StateFailure {
    const where = `An error occurred while executing the state '${this.name}' (entered at the event id #${this.enteredEventId}).`;
    return new StateFailure(error, `${where} ${why}`);
  }

  /** @throws StateFailure States.DataLimitExceeded */
  limited(payload: Payload, what = this.name): Payload {
    if (!exceeds(payload.json, PAYLOAD_BYTES)) return payload;
    throw this.failure(
      'States.DataLimitExceeded',
      `The state/task '${what}' returned a result with a size exceeding the maximum number of bytes service limit.`,
    );
  }

  /**
   * Replaces each expression in a template by its value.
   *
   * @param place of the template in the state, as diagnostics name it: `Output`, `Choices[1]/Condition`
   * @throws StateFailure States.QueryEvaluationError for an expression that fails or returns nothing
   */
  async evaluate(template: unknown, place: string, visible: Visible = {}): Promise<Payload> {
    const value = await this.#fill(template, place, this.#bindings(visible));
    try {
      return payloadOf(value);
    } catch (thrown) {
      throw this.queryFailure(place, `The value of the field '${place}' is not JSON: ${(thrown as Error).message}`);
    }
  }

  /**
   * Evaluates a field that takes a value of one type.
   *
   * @throws StateFailure States.QueryEvaluationError when `accepts` refuses the value
   */
  async evaluateAs<T>(
    template: unknown,
    place: string,
    type: string,
    accepts: (value: unknown) => value is T,
  ): Promise<T> {
    const { value, json } = await this.evaluate(template, place);
    if (accepts(value)) return value;
    const was = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
    const source = typeof template === 'string' ? (expressionIn(template) ?? template) : JSON.stringify(template);
    throw this.queryFailure(
      place,
      `The JSONata expression '${source}' specified for the field '${place}' returned an unexpected result type. Expected '${type}', but was '${was}' for value: ${json}`,
    );
  }

  /** Records the evaluation's failure. */
  queryFailure(place: string, why: string): StateFailure {
    const failure = this.failure('States.QueryEvaluationError', why);
    this.branch.record('EvaluationFailed', {
      evaluationFailedEventDetails: {
        error: failure.error,
        cause: failure.reason,
        location: place,
        state: this.name,
      },
    });
    return failure;
  }

  async #fill(template: unknown, place: string, bindings: object): Promise<unknown> {
    if (isLiteral(template)) return template;
    if (typeof template === 'string') return this.#value(expressionIn(template) as string, place, bindings);
    if (Array.isArray(template)) {
      const items: unknown[] = [];
      for (const [i, item] of template.entries()) items.push(await this.#fill(item, `${place}[${i}]`, bindings));
      return items;
    }
    const fields: [string, unknown][] = [];
    for (const [key, value] of Object.entries(template as object)) {
      fields.push([key, isLiteral(value) ? value : await this.#fill(value, `${place}/${key}`, bindings)]);
    }
    return Object.fromEntries(fields);
  }

  async #value(source: string, place: string, bindings: object): Promise<unknown> {
    const what = `The JSONata expression '${source}' specified for the field '${place}'`;
    let value: unknown;
    try {
      value = await this.branch.execution.world.evaluator.evaluate(source, bindings);
    } catch (thrown) {
      throw this.queryFailure(place, `${what} threw an error during evaluation. ${engineMessage(thrown)}`);
    }
    if (value === undefined) throw this.queryFailure(place, `${what} returned nothing (undefined).`);
    if (typeof value === 'function' || isLambda(value)) {
      throw this.queryFailure(place, `${what} returned an unsupported result type: function.`);
    }
    return value;
  }

  #bindings(visible: Visible): object {
    const contextNow = () => this.#context();
    const states = {
      input: this.input.value,
      // Built when it is looked at: few expressions do.
      get context() {
        return contextNow();
      },
      ...visible,
    };
    return this.branch.scope.bindings({ states });
  }

  /** https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html */
  #context(): object {
    const { execution, mapItem } = this.branch;
    const { revision } = execution;
    return {
      Execution: {
        Id: execution.arn,
        Input: execution.input.value,
        StartTime: execution.startTime,
        Name: execution.name,
        RoleArn: revision.roleArn,
        RedriveCount: 0,
      },
      StateMachine: { Id: revision.arn, Name: revision.name },
      State: {
        Name: this.name,
        EnteredTime: new Date(this.#enteredMs).toISOString(),
        ...(RETRYABLE.has(this.state.Type) && { RetryCount: this.retryCount }),
      },
      ...(this.taskToken !== undefined && { Task: { Token: this.taskToken } }),
      ...(mapItem !== undefined && { Map: { Item: mapItem } }),
    };
  }
}

const isLambda = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && ('_jsonata_lambda' in value || '_jsonata_function' in value);
