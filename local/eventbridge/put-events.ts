import { isObject } from '../template/properties.ts';

export interface PutEventsEntry {
  Source?: string;
  DetailType?: string;
  /** JSON text of an object. */
  Detail?: string;
  EventBusName?: string;
  Resources?: string[];
  /** Seconds since the epoch, or ISO 8601. */
  Time?: number | string;
}

export interface EntryResult {
  EventId?: string;
  ErrorCode?: string;
  ErrorMessage?: string;
}

export interface PutEventsAnswer {
  FailedEntryCount: number;
  Entries: EntryResult[];
}

/** The whole call is refused: EventBridge's ValidationException. */
export class PutEventsValidationError extends Error {
  override readonly name = 'PutEventsValidationError' as const;
}

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
const MOST_ENTRIES = 10;
const LARGEST_CALL_BYTES = 1024 * 1024;
const LONGEST_DETAIL_TYPE = 128;
const TIME_BYTES = 14;

/** How EventBridge counts an entry: 14 bytes for a time, and the UTF-8 bytes of everything else. */
const sizeOf = ({ Source = '', DetailType = '', Detail = '', Resources = [], Time }: PutEventsEntry): number =>
  (Time === undefined ? 0 : TIME_BYTES) +
  [Source, DetailType, Detail, ...Resources].reduce((sum, text) => sum + Buffer.byteLength(text), 0);

/** @throws PutEventsValidationError for too many entries, none, or too many bytes */
export const checkCall = (entries: unknown): PutEventsEntry[] => {
  if (!Array.isArray(entries) || entries.length < 1 || entries.length > MOST_ENTRIES) {
    throw new PutEventsValidationError(
      `1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length between 1 and ${MOST_ENTRIES}`,
    );
  }
  if (entries.reduce((sum: number, entry: PutEventsEntry) => sum + sizeOf(entry), 0) >= LARGEST_CALL_BYTES) {
    throw new PutEventsValidationError('Total size of the entries in the request is over the limit.');
  }
  return entries;
};

const parsedObject = (text: string): boolean => {
  try {
    return isObject(JSON.parse(text));
  } catch {
    return false;
  }
};

const invalid = (name: string, reason: string): EntryResult => ({
  ErrorCode: 'InvalidArgument',
  ErrorMessage: `Parameter ${name} is not valid. Reason: ${reason}`,
});

/** @returns why EventBridge refuses this entry, or undefined when it takes it */
export const refusalOf = ({ Source, DetailType, Detail }: PutEventsEntry): EntryResult | undefined => {
  for (const [name, value] of Object.entries({ Source, DetailType, Detail })) {
    if (typeof value !== 'string' || value === '') return invalid(name, `${name} is a required argument.`);
  }
  if (Source?.startsWith('aws.')) {
    return { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' };
  }
  if ((DetailType as string).length > LONGEST_DETAIL_TYPE) {
    return invalid('DetailType', `DetailType must be at most ${LONGEST_DETAIL_TYPE} characters long.`);
  }
  return parsedObject(Detail as string)
    ? undefined
    : { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
};
