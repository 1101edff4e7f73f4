import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { hasAtMost, tellable } from '../migration/characters.ts';
import type { Violation } from '../migration/error.ts';
import { pointerTo } from '../migration/pointer.ts';
import type { CutoverAsking } from '../migration/request-cutover.ts';
import { InvalidRequestError } from '../migration/request-errors.ts';
import { parseUnfenceAsking, type UnfenceAsking } from '../migration/unfence-asking.ts';
import { type CutoverWaiver, notWaivableAtCutover } from '../migration/waivers.ts';
import { readJsonBody } from './http-request.ts';

/** The body of a request for a cutover: nothing, or `{reason?, waivers?}`. @throws as {@link readJsonBody} */
export const readCutoverAsking = (event: APIGatewayProxyEventV2): CutoverAsking =>
  event.body ? parseCutoverAsking(readJsonBody(event)) : {};

/**
 * @param others fields that are read elsewhere
 * @throws InvalidRequestError with every violation
 */
export const parseCutoverAsking = (body: unknown, others: readonly string[] = [], at = ''): CutoverAsking => {
  const { reason, waivers, ...rest } = objectIn(body, at);
  const violations = [...unknownFields(rest, others, at), ...wrongReason(reason, at)];
  violations.push(...wrongWaivers(waivers, `${at}/waivers`));
  const waived = Array.isArray(waivers) ? [...new Set(waivers as CutoverWaiver[])] : [];
  if (waived.length > 0 && isMissing(reason)) {
    violations.push({ pointer: `${at}/reason`, detail: 'is missing: whoever waives says why' });
  }
  if (violations.length > 0) throw new InvalidRequestError(violations);
  return {
    ...(reason !== undefined && { reason: tellable(reason as string) }),
    ...(waived.length > 0 && { waivers: waived }),
  };
};

const MOST_WAIVERS = 100;

const wrongWaivers = (waivers: unknown, at: string): Violation[] => {
  if (waivers === undefined) return [];
  if (!Array.isArray(waivers)) return [{ pointer: at, detail: 'must be a list of ids' }];
  if (waivers.length > MOST_WAIVERS) return [{ pointer: at, detail: `must have at most ${MOST_WAIVERS} ids` }];
  return waivers.flatMap((id, index) => {
    const detail = notWaivableAtCutover(id);
    return detail === undefined ? [] : [{ pointer: `${at}/${index}`, detail }];
  });
};

/** The body of a request that must say why: `{reason}`. @throws as {@link readJsonBody} */
export const readReason = (event: APIGatewayProxyEventV2): string => parseReason(event.body ? readJsonBody(event) : {});

/** The body of a request to unfence. @throws as {@link readJsonBody} */
export const readUnfenceAsking = (event: APIGatewayProxyEventV2): UnfenceAsking =>
  parseUnfenceAsking(event.body ? readJsonBody(event) : {});

/** The body of a request that may say why: nothing, or `{reason?}`. @throws as {@link readJsonBody} */
export const readOptionalReason = (event: APIGatewayProxyEventV2): string | undefined => {
  const { reason, ...rest } = objectIn(event.body ? readJsonBody(event) : {}, '');
  const violations = [...unknownFields(rest, [], ''), ...wrongReason(reason, '')];
  if (violations.length > 0) throw new InvalidRequestError(violations);
  return reason === undefined ? undefined : tellable(reason as string);
};

/**
 * @param others fields that are read elsewhere
 * @throws InvalidRequestError with every violation
 */
export const parseReason = (body: unknown, others: readonly string[] = [], at = ''): string => {
  const { reason, ...rest } = objectIn(body, at);
  const violations = [...unknownFields(rest, others, at), ...wrongReason(reason, at)];
  if (isMissing(reason)) {
    violations.push({ pointer: `${at}/reason`, detail: 'is missing: whoever asks for this says why' });
  }
  if (violations.length > 0) throw new InvalidRequestError(violations);
  return tellable(reason as string);
};

/** @throws InvalidRequestError */
const objectIn = (body: unknown, at: string): Record<string, unknown> => {
  if (typeof body === 'object' && body !== null && !Array.isArray(body)) return body as Record<string, unknown>;
  throw new InvalidRequestError([{ pointer: at, detail: 'must be a JSON object' }]);
};

const unknownFields = (rest: object, others: readonly string[], at: string): Violation[] =>
  Object.keys(rest)
    .filter((key) => !others.includes(key))
    .map((key) => ({ pointer: at + pointerTo([key]), detail: 'is not a known field' }));

const isMissing = (reason: unknown): boolean =>
  reason === undefined || (typeof reason === 'string' && reason.trim() === '');

const wrongReason = (reason: unknown, at: string): Violation[] =>
  reason === undefined || (typeof reason === 'string' && hasAtMost(reason, 1000))
    ? []
    : [{ pointer: `${at}/reason`, detail: 'must be a string of at most 1000 characters' }];
