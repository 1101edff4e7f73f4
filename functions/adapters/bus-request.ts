import type { Caller } from '../migration/asker.ts';
import { hasAtMost, tellable } from '../migration/characters.ts';
import type { Violation } from '../migration/error.ts';
import { isMigrationId } from '../migration/identity.ts';
import { pointerTo } from '../migration/pointer.ts';
import type { CutoverAsking } from '../migration/request-cutover.ts';
import { InvalidRequestError, MigrationNotFoundError } from '../migration/request-errors.ts';
import { parseCutoverAsking, parseReason } from './asking.ts';
import type { BusEvent } from './bus.ts';

interface Envelope {
  data: Record<string, unknown>;
  /** The sender's own, or the event's id. */
  correlationId: string;
}

/**
 * The envelope of an event that asks for something: `{metadata?: {correlationId?}, data: {…}}`.
 *
 * @throws InvalidRequestError with every violation
 */
export const readEnvelope = ({ detail, id }: BusEvent): Envelope => {
  const violations: Violation[] = [];
  const { metadata, data, ...unknown } = isObject(detail) ? detail : {};
  if (!isObject(detail)) violations.push({ pointer: '/detail', detail: 'must be an object' });
  for (const key of Object.keys(unknown)) {
    violations.push({ pointer: pointerTo(['detail', key]), detail: 'is not a known field' });
  }
  if (!isObject(data)) violations.push({ pointer: '/detail/data', detail: 'must be an object' });
  const { correlationId, ...others } = isObject(metadata) ? metadata : {};
  for (const key of Object.keys(others)) {
    violations.push({ pointer: pointerTo(['detail', 'metadata', key]), detail: 'is not a known field' });
  }
  if (metadata !== undefined && !isObject(metadata)) {
    violations.push({ pointer: '/detail/metadata', detail: 'must be an object' });
  }
  if (correlationId !== undefined && !isCorrelationId(correlationId)) {
    violations.push({ pointer: '/detail/metadata/correlationId', detail: 'must be a string of 1-128 characters' });
  }
  if (violations.length > 0 || !isObject(data)) throw new InvalidRequestError(violations);
  return { data, correlationId: typeof correlationId === 'string' ? tellable(correlationId) : id };
};

/** EventBridge documents no limit of its own beneath that of the whole event. */
const LONGEST_SOURCE = 512;

/** Who sent the event, as EventBridge vouches for the account and the sender names itself. */
export const callerOf = ({ source, account }: BusEvent): Caller => ({
  by: 'bus',
  principal: tellable(source, LONGEST_SOURCE),
  account,
});

/** `data` of CutoverRequested. @throws InvalidRequestError, MigrationNotFoundError */
export const readCutoverRequest = (event: BusEvent): CutoverAsking & { migrationId: string } => {
  const { data } = readEnvelope(event);
  const asking = parseCutoverAsking(data, ['migrationId'], '/detail/data');
  return { migrationId: migrationIdIn(data), ...asking };
};

/** `data` of AbortRequested. @throws InvalidRequestError, MigrationNotFoundError */
export const readAbortRequest = (event: BusEvent): { migrationId: string; reason: string } => {
  const { data } = readEnvelope(event);
  const reason = parseReason(data, ['migrationId'], '/detail/data');
  return { migrationId: migrationIdIn(data), reason };
};

/** @throws MigrationNotFoundError for what cannot be an id: there is no such migration */
const migrationIdIn = ({ migrationId }: Record<string, unknown>): string => {
  if (typeof migrationId === 'string' && isMigrationId(migrationId)) return migrationId;
  // What is no text may not even become one.
  throw new MigrationNotFoundError(
    typeof migrationId === 'string' ? migrationId.slice(0, 60) : `of type ${typeof migrationId}`,
  );
};

const isCorrelationId = (value: unknown): boolean => typeof value === 'string' && value !== '' && hasAtMost(value, 128);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
