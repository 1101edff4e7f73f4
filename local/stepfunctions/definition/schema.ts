import { z } from 'zod';
import { expressionIn } from '../expressions/template.ts';

/**
 * The fields of the Amazon States Language (JSONata, Standard workflows) that the interpreter implements, and no others:
 * an object with any further field does not parse. https://states-language.net and
 * https://docs.aws.amazon.com/step-functions/latest/dg/concepts-amazon-states-language.html
 */

const expression = z
  .string()
  .refine((text) => expressionIn(text) !== undefined, 'Value should be a JSONata expression');

const LONGEST_SECONDS = 99_999_999;

const wholeNumber = (from: number, to: number) =>
  z.number({ error: 'Expected value of type [Integer]' }).int().min(from).max(to);

const expressionOr = <T extends z.ZodType>(type: T, what: string) =>
  z.union([type, expression], { error: `Value should be ${what} or a JSONata expression` });

const stateName = z.string().min(1).max(80);
const variables = z.record(z.string(), z.unknown());
const errorNames = z.array(z.string()).min(1);

const retrier = z.strictObject({
  ErrorEquals: errorNames,
  IntervalSeconds: wholeNumber(1, LONGEST_SECONDS).optional(),
  MaxAttempts: wholeNumber(0, LONGEST_SECONDS).optional(),
  BackoffRate: z.number().min(1).optional(),
  MaxDelaySeconds: wholeNumber(1, 31_622_399).optional(),
  JitterStrategy: z.enum(['FULL', 'NONE']).optional(),
  Comment: z.string().optional(),
});

const catcher = z.strictObject({
  ErrorEquals: errorNames,
  Next: stateName,
  Assign: variables.optional(),
  Output: z.unknown().optional(),
  Comment: z.string().optional(),
});

const common = { Comment: z.string().optional(), QueryLanguage: z.literal('JSONata').optional() };
const outgoing = { Next: stateName.optional(), End: z.literal(true).optional() };
const result = { Assign: variables.optional(), Output: z.unknown().optional() };
const recovery = { Retry: z.array(retrier).optional(), Catch: z.array(catcher).optional() };

const timeLimit = expressionOr(wholeNumber(1, LONGEST_SECONDS), 'a positive integer').optional();

const task = z.strictObject({
  Type: z.literal('Task'),
  ...common,
  ...outgoing,
  ...result,
  ...recovery,
  Resource: z.string(),
  Arguments: z.unknown().optional(),
  TimeoutSeconds: timeLimit,
  HeartbeatSeconds: timeLimit,
});

const pass = z.strictObject({ Type: z.literal('Pass'), ...common, ...outgoing, ...result });

const wait = z.strictObject({
  Type: z.literal('Wait'),
  ...common,
  ...outgoing,
  ...result,
  Seconds: expressionOr(wholeNumber(0, LONGEST_SECONDS), 'a non-negative integer').optional(),
  Timestamp: expressionOr(z.iso.datetime({ offset: true }), 'an ISO 8601 timestamp').optional(),
});

const choice = z.strictObject({
  Type: z.literal('Choice'),
  ...common,
  ...result,
  Choices: z
    .array(
      z.strictObject({
        Condition: expressionOr(z.boolean(), 'a boolean'),
        Next: stateName,
        Assign: variables.optional(),
        Output: z.unknown().optional(),
        Comment: z.string().optional(),
      }),
    )
    .min(1),
  Default: stateName.optional(),
});

const succeed = z.strictObject({ Type: z.literal('Succeed'), ...common, Output: z.unknown().optional() });

const fail = z.strictObject({
  Type: z.literal('Fail'),
  ...common,
  Error: z.string().optional(),
  Cause: z.string().optional(),
});

/** States and where they start: a whole machine, a branch of a Parallel, the processor of a Map. */
export interface Graph {
  StartAt: string;
  States: States;
}

interface States {
  [name: string]: State;
}

const states: z.ZodType<States> = z.lazy((): z.ZodType<States> => z.record(stateName, state));

const graphFields = {
  StartAt: stateName,
  States: states,
  Comment: z.string().optional(),
};

const parallel = z.strictObject({
  Type: z.literal('Parallel'),
  ...common,
  ...outgoing,
  ...result,
  ...recovery,
  Arguments: z.unknown().optional(),
  Branches: z.array(z.strictObject(graphFields)).min(1),
});

const map = z.strictObject({
  Type: z.literal('Map'),
  ...common,
  ...outgoing,
  ...result,
  ...recovery,
  Items: z
    .union([z.array(z.unknown()), expression], { error: 'Value should be an array or a JSONata expression' })
    .optional(),
  ItemSelector: z.unknown().optional(),
  MaxConcurrency: expressionOr(wholeNumber(0, LONGEST_SECONDS), 'a non-negative integer').optional(),
  ItemProcessor: z.strictObject({
    ...graphFields,
    ProcessorConfig: z.strictObject({ Mode: z.literal('INLINE') }).optional(),
  }),
});

const state: z.ZodType<State> = z.discriminatedUnion('Type', [task, pass, wait, choice, succeed, fail, parallel, map]);

export const machineSchema = z.strictObject({
  ...graphFields,
  Version: z.literal('1.0').optional(),
  TimeoutSeconds: wholeNumber(1, LONGEST_SECONDS).optional(),
  QueryLanguage: z.literal('JSONata').optional(),
});

export type Retrier = z.infer<typeof retrier>;
export type Catcher = z.infer<typeof catcher>;
export type TaskState = z.infer<typeof task>;
export type PassState = z.infer<typeof pass>;
export type WaitState = z.infer<typeof wait>;
export type ChoiceState = z.infer<typeof choice>;
export type SucceedState = z.infer<typeof succeed>;
export type FailState = z.infer<typeof fail>;
export type ParallelState = z.infer<typeof parallel>;
export type MapState = z.infer<typeof map>;
export type State =
  | TaskState
  | PassState
  | WaitState
  | ChoiceState
  | SucceedState
  | FailState
  | ParallelState
  | MapState;
export type Machine = z.infer<typeof machineSchema>;
