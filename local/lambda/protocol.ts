import { randomUUID } from 'node:crypto';
import type { WireResponse, WireService } from '../endpoint/wire.ts';
import {
  FunctionNotFoundError,
  type InvocationResult,
  PayloadTooLargeError,
  TooManyRequestsError,
} from './invocation.ts';
import type { LambdaService } from './service.ts';

const INVOCATIONS = /^\/2015-03-31\/functions\/([^/?]+)\/invocations(?:\?(.*))?$/;

const answer = (status: number, body: string, headers: Record<string, string> = {}): WireResponse => ({
  status,
  headers: { 'content-type': 'application/json', 'x-amzn-requestid': randomUUID(), ...headers },
  body,
});

/** `Type` is Lambda's own member of its errors, next to the header that names the exception. */
const refuse = (status: number, code: string, message: string): WireResponse =>
  answer(status, JSON.stringify({ Type: 'User', Message: message }), { 'x-amzn-errortype': code });

const answerOf = (result: InvocationResult): WireResponse => {
  const headers = { 'x-amz-executed-version': result.executedVersion, 'x-amzn-requestid': result.requestId };
  return result.ok
    ? answer(200, JSON.stringify(result.payload), headers)
    : answer(200, result.cause, { ...headers, 'x-amz-function-error': 'Unhandled' });
};

/** The REST slice `POST /2015-03-31/functions/{name}/invocations`: RequestResponse and Event. */
export const lambdaWire =
  (lambda: LambdaService): WireService =>
  async ({ method, path, headers, body }) => {
    const [, encodedName = '', query] = INVOCATIONS.exec(path) ?? [];
    if (method !== 'POST' || encodedName === '') {
      return refuse(404, 'UnknownOperationException', `${method} ${path}: only Invoke is played by the embedded AWS`);
    }
    const qualifier = new URLSearchParams(query).get('Qualifier') ?? undefined;
    let payload: unknown;
    try {
      payload = body.length === 0 ? {} : JSON.parse(body.toString());
    } catch (error) {
      return refuse(
        400,
        'InvalidRequestContentException',
        `Could not parse request body into json: ${(error as Error).message}`,
      );
    }
    try {
      const name = decodeURIComponent(encodedName);
      const type = headers['x-amz-invocation-type'] ?? 'RequestResponse';
      if (type === 'RequestResponse') return answerOf(await lambda.invoke(name, payload, qualifier));
      if (type !== 'Event')
        return refuse(400, 'InvalidParameterValueException', `${type} is not played by the embedded AWS`);
      await lambda.invokeAsync(name, payload, qualifier);
      return answer(202, '');
    } catch (error) {
      if (error instanceof FunctionNotFoundError) return refuse(404, 'ResourceNotFoundException', error.message);
      if (error instanceof TooManyRequestsError) return refuse(429, 'TooManyRequestsException', error.message);
      if (error instanceof PayloadTooLargeError) return refuse(413, 'RequestTooLargeException', error.message);
      throw error;
    }
  };
