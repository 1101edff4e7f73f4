import { randomUUID } from 'node:crypto';
import type { WireContext, WireRequest, WireResponse, WireService } from '../endpoint/wire.ts';
import { actions } from './actions.ts';
import { ElastiCacheError, type ElastiCacheErrorCode } from './errors.ts';
import type { FaultKind } from './faults.ts';
import { readFields } from './form.ts';
import type { ElastiCache } from './service.ts';
import { answerXml, errorXml } from './xml.ts';

/** Faults that are an answer, whether or not the call took effect. */
const REFUSALS: Partial<Record<FaultKind, readonly [ElastiCacheErrorCode, string]>> = {
  throttle: ['Throttling', 'Rate exceeded'],
  callRateExceeded: ['APICallRateForCustomerExceeded', 'The customer has exceeded the allowed rate of API calls.'],
  internalFailure: ['InternalFailure', 'The request processing has failed because of an unknown error.'],
  failAfterwards: ['InternalFailure', 'The request processing has failed because of an unknown error.'],
  serviceUnavailable: ['ServiceUnavailable', 'The request has failed due to a temporary failure of the server.'],
  accessDenied: ['AccessDenied', 'User is not authorized to perform this action.'],
};

const AFTER_THE_EFFECT = new Set<FaultKind | undefined>(['loseAnswer', 'failAfterwards']);

/** The query protocol (API version 2015-02-02): a form in, XML out. Signatures are not looked at. */
export const elastiCacheWire =
  (service: ElastiCache): WireService =>
  async (request, context) => {
    const requestId = randomUUID();
    try {
      return xmlResponse(200, await answer(service, request, context, requestId), requestId);
    } catch (failure) {
      if (!(failure instanceof ElastiCacheError)) throw failure;
      const { code, message, status } = failure;
      return xmlResponse(status, errorXml(code, message, status, requestId), requestId);
    }
  };

const answer = async (
  service: ElastiCache,
  request: WireRequest,
  context: WireContext,
  requestId: string,
): Promise<string> => {
  const form = new URLSearchParams(request.body.toString());
  const name = form.get('Action');
  if (name === null) throw new ElastiCacheError('MissingAction', 'The request must contain the parameter Action.');
  const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
  if (action === undefined) {
    throw new ElastiCacheError('InvalidAction', `The action ${name} is not valid for the embedded ElastiCache.`);
  }
  const fault = service.faults.take(name, form.get('ReplicationGroupId')?.toLowerCase());
  if (fault !== undefined && !AFTER_THE_EFFECT.has(fault)) hit(fault, context);
  const input = readFields(form, action.fields);
  const result = fault === 'loseRequest' ? {} : await action.run(service, input as never);
  if (fault !== undefined && AFTER_THE_EFFECT.has(fault)) hit(fault, context);
  return answerXml(name, result, requestId);
};

const hit = (fault: FaultKind, context: WireContext): void => {
  const refusal = REFUSALS[fault];
  if (refusal !== undefined) throw new ElastiCacheError(...refusal);
  context.loseAnswer();
};

const xmlResponse = (status: number, body: string, requestId: string): WireResponse => ({
  status,
  // The SDK takes the request id from the header alone.
  headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId },
  body,
});
