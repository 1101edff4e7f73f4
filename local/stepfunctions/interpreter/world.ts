import type { Clock } from '../../clock.ts';
import type { Evaluator } from '../expressions/evaluator.ts';
import type { TaskTokens } from './tokens.ts';

/** What an integration is told beside its arguments. */
export interface IntegrationCall {
  /** Aborts when nobody waits for the answer any more. Whatever the integration has begun goes on: nothing is cancelled. */
  signal: AbortSignal;
  executionArn: string;
  stateMachineArn: string;
  clock: Clock;
}

/**
 * One optimized or SDK integration. Returns the API's output.
 *
 * @throws TaskError to fail the task; anything else is a fault of the integration and ends the execution with States.Runtime
 */
export type Integration = (args: unknown, call: IntegrationCall) => Promise<unknown>;

/** What the interpreter has of the world around it. */
export interface World {
  clock: Clock;
  region: string;
  /** 0 <= x < 1, for jitter */
  random: () => number;
  evaluator: Evaluator;
  integrations: Readonly<Record<string, Integration>>;
  tokens: TaskTokens;
}
