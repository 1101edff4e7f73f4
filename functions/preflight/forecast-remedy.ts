import type { Info } from '../replication/info.ts';
import { onSource } from './check.ts';
import type { Circumstances } from './facts.ts';
import { configuredLimit, limitClass } from './source-limit.ts';
import { numberField, optionalNumberField } from './unreadable.ts';

const MIB = 1024 * 1024;
/** Room above the high estimate: what is written is what a window of some seconds showed, not the day's worst hour. */
const SAFETY = 2;

const withRoom = (bytes: number): number => (Math.floor((SAFETY * bytes) / MIB) + 1) * MIB;

/** More than the host has left helps nobody: then there is no line. @throws {UnreadableFieldError} */
const fits = (bytes: number, info: Info): boolean => {
  // Absent before Redis 3.2, 0 where the system does not tell.
  const total = optionalNumberField(info, 'total_system_memory', 'sourceInfo') ?? 0;
  return total === 0 || bytes <= total - numberField(info, 'used_memory_rss', 'sourceInfo');
};

interface Source {
  sourceInfo: Info;
  sourceConfig: ReadonlyMap<string, string>;
}

/**
 * The line that raises the limits so that a buffer of `peakBytes` stays below both. It lowers nothing, and makes no limit
 * where there is none.
 * @throws {UnreadableFieldError}
 */
export const raiseLimit = (
  { sourceInfo, sourceConfig }: Source,
  peakBytes: number,
  circumstances: Circumstances,
): string[] => {
  const bytes = withRoom(peakBytes);
  if (!fits(bytes, sourceInfo)) return [];
  const limit = configuredLimit(sourceConfig);
  const raised = (own: number, least: number) => (own === 0 ? 0 : Math.max(own, least));
  const words = [
    limitClass(sourceInfo),
    raised(limit.hardBytes, bytes),
    // As much as the hard limit: with less, a peak a little above the forecast would stand at it.
    raised(limit.softBytes, bytes),
    limit.softSeconds,
  ];
  return [onSource(circumstances, 'CONFIG', 'SET', 'client-output-buffer-limit', `"${words.join(' ')}"`)];
};

/** @throws {UnreadableFieldError} */
export const raiseBacklog = ({ sourceInfo }: Source, neededBytes: number, circumstances: Circumstances): string[] => {
  const bytes = withRoom(neededBytes);
  return fits(bytes, sourceInfo) ? [onSource(circumstances, 'CONFIG', 'SET', 'repl-backlog-size', String(bytes))] : [];
};
