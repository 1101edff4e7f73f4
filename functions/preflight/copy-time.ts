import type { Info } from '../replication/info.ts';
import type { Circumstances } from './facts.ts';
import { numberField, optionalNumberField } from './unreadable.ts';

/**
 * The bytes that the full sync has to carry, as the source counts its dataset.
 * @throws {UnreadableFieldError}
 */
export const datasetBytes = (sourceInfo: Info): number =>
  // Before Redis 4 nothing tells the dataset from the server's own memory.
  (isBelowZero(sourceInfo) ? undefined : optionalNumberField(sourceInfo, 'used_memory_dataset', 'sourceInfo')) ??
  numberField(sourceInfo, 'used_memory', 'sourceInfo');

/** A nearly empty server may count its overhead beyond what it uses, and tell the difference without its sign (measured on 8.2). */
const isBelowZero = (sourceInfo: Info): boolean => {
  const text = sourceInfo.get('used_memory_dataset') ?? '';
  return /^\d{19,20}$/.test(text) && Number(text) >= 2 ** 63;
};

/** How long the copy is expected to take. @throws {UnreadableFieldError} */
export const copySeconds = (sourceInfo: Info, { copyBytesPerSecond }: Circumstances): number =>
  datasetBytes(sourceInfo) / copyBytesPerSecond;
