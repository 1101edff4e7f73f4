import { z } from 'zod';
import { jsonAnswer, jsonError, type WireRequest, type WireService } from '../endpoint/wire.ts';
import { StepFunctionsError, ValidationException } from './errors.ts';
import type { StepFunctions } from './service.ts';

const TARGET_PREFIX = 'AWSStepFunctions.';

const page = { maxResults: z.number().int().optional(), nextToken: z.string().optional() };
const execution = { executionArn: z.string() };
const stateMachine = { stateMachineArn: z.string() };
const token = { taskToken: z.string() };

/** An action: what it takes, nothing else, and what answers it. */
const action =
  <T extends z.ZodRawShape>(members: T, run: (service: StepFunctions, request: z.infer<z.ZodObject<T>>) => object) =>
  (service: StepFunctions, body: unknown): object => {
    const request = z.strictObject(members).safeParse(body);
    if (!request.success) throw new ValidationException(z.prettifyError(request.error));
    return run(service, request.data as z.infer<z.ZodObject<T>>);
  };

/**
 * The members of each request that are implemented; any other is refused. Logging, tracing and tags change nothing here: they are
 * taken so that a machine can be created as it would be deployed.
 */
const ACTIONS: Record<string, (service: StepFunctions, body: unknown) => object> = {
  CreateStateMachine: action(
    {
      name: z.string(),
      definition: z.string(),
      roleArn: z.string().optional(),
      type: z.string().optional(),
      loggingConfiguration: z.unknown().optional(),
      tracingConfiguration: z.unknown().optional(),
      tags: z.array(z.unknown()).optional(),
    },
    (service, request) => service.createStateMachine(request),
  ),
  DeleteStateMachine: action(stateMachine, (service, request) => service.deleteStateMachine(request)),
  DescribeStateMachine: action(stateMachine, (service, request) => service.describeStateMachine(request)),
  ListStateMachines: action(page, (service, request) => service.listStateMachines(request)),
  StartExecution: action(
    { ...stateMachine, name: z.string().optional(), input: z.string().optional(), traceHeader: z.string().optional() },
    (service, request) => service.startExecution(request),
  ),
  DescribeExecution: action(execution, (service, request) => service.describeExecution(request)),
  ListExecutions: action(
    {
      ...stateMachine,
      ...page,
      statusFilter: z.enum(['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED']).optional(),
    },
    (service, request) => service.listExecutions(request),
  ),
  GetExecutionHistory: action(
    { ...execution, ...page, reverseOrder: z.boolean().optional(), includeExecutionData: z.boolean().optional() },
    (service, request) => service.getExecutionHistory(request),
  ),
  StopExecution: action(
    { ...execution, error: z.string().optional(), cause: z.string().optional() },
    (service, request) => service.stopExecution(request),
  ),
  SendTaskSuccess: action({ ...token, output: z.string() }, (service, request) => service.sendTaskSuccess(request)),
  SendTaskFailure: action(
    { ...token, error: z.string().optional(), cause: z.string().optional() },
    (service, request) => service.sendTaskFailure(request),
  ),
  SendTaskHeartbeat: action(token, (service, request) => service.sendTaskHeartbeat(request)),
};

const read = ({ body }: WireRequest): unknown => {
  try {
    return JSON.parse(body.toString('utf8') || '{}');
  } catch {
    throw new ValidationException('The request is not JSON');
  }
};

/** Timestamps are seconds since the epoch, with a fraction: https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html */
const onWire = (value: unknown): unknown => {
  if (value instanceof Date) return value.getTime() / 1000;
  if (Array.isArray(value)) return value.map(onWire);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, onWire(member)]));
};

/** Step Functions' JSON 1.0 protocol: `x-amz-target: AWSStepFunctions.<Action>`. */
export const stepFunctionsWire =
  (service: StepFunctions): WireService =>
  async (request) => {
    const target = request.headers['x-amz-target'] ?? '';
    const name = target.startsWith(TARGET_PREFIX) ? target.slice(TARGET_PREFIX.length) : '';
    if (!Object.hasOwn(ACTIONS, name)) {
      return jsonError('UnknownOperationException', `Not an action that is implemented: ${target}`);
    }
    try {
      return jsonAnswer(onWire(ACTIONS[name]?.(service, read(request))));
    } catch (thrown) {
      if (thrown instanceof StepFunctionsError) return jsonError(thrown.code, thrown.message);
      throw thrown;
    }
  };
