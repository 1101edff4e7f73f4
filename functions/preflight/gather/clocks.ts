import type { Clock } from '../../replication/ports.ts';
import type { Fact, FactValues } from '../facts.ts';
import { MOOT } from './fact.ts';
import type { Line } from './lines.ts';
import { listIn, textIn, unexpected } from './replies.ts';

/** How far a server's clock is ahead of ours. */
export interface ClockReading {
  aheadMs: number;
  /** Half of the round trip, and what our own clock does not tell. */
  uncertainMs: number;
}

const LOOKS = 3;
/** The clock port counts whole milliseconds. */
const GRAIN_MS = 1;
/** The years 2001 to 2100, in seconds. */
const [EARLIEST, LATEST] = [978_307_200, 4_102_444_800];

/** TIME, by the look with the shortest round trip. @throws Unread */
export const readClock = async (line: Line, clock: Clock): Promise<ClockReading> => {
  let best: ClockReading | undefined;
  for (let look = 0; look < LOOKS; look++) {
    const sentMs = clock.now();
    const reply = await line.ask('TIME');
    const tripMs = clock.now() - sentMs;
    const reading = { aheadMs: toMs(reply) - (sentMs + tripMs / 2), uncertainMs: tripMs / 2 + GRAIN_MS };
    if (!best || reading.uncertainMs < best.uncertainMs) best = reading;
  }
  return best as ClockReading;
};

const toMs = (reply: Parameters<typeof listIn>[0]): number => {
  const [seconds, micros] = listIn(reply, 'TIME').map((part) => textIn(part, 'TIME'));
  if (!/^\d{1,12}$/.test(seconds ?? '') || !/^\d{1,6}$/.test(micros ?? '')) throw unexpected('TIME');
  const at = Number(seconds);
  if (at < EARLIEST || at > LATEST) throw unexpected('TIME');
  return at * 1000 + Number(micros) / 1000;
};

/** Both sides were compared with our clock, so it does not matter which time that tells. */
export const clocksOf = (source: Fact<ClockReading>, primary: Fact<ClockReading>): Fact<FactValues['clocks']> => {
  // Where a side was not reached, another finding says so.
  if ('moot' in source || 'moot' in primary || 'outOfReach' in source || 'outOfReach' in primary) return MOOT;
  if ('unreadable' in source) return source;
  if ('unreadable' in primary) return primary;
  return {
    value: {
      sourceAheadMs: source.value.aheadMs - primary.value.aheadMs,
      uncertainMs: source.value.uncertainMs + primary.value.uncertainMs,
    },
  };
};
