import { check, page } from '../check.ts';
import type { Circumstances } from '../facts.ts';
import { FORECAST_NEEDS, type ForecastFacts, forecastOf } from '../forecast.ts';
import { raiseBacklog, raiseLimit } from '../forecast-remedy.ts';
import type { Outcome } from '../sync-model.ts';
import { bytesText } from '../text.ts';

const BUFFER = page('AWS, Migration-Verify: the output buffer on the source has to stay low', 'Migration-Verify.html');

/** Whether the full sync, and a break of the link after it, get by with the source's buffers. */
export const SOURCE_SYNC_CHECKS = [
  check({
    id: 'full-sync-will-fail',
    title: "The full sync will fail: the source closes the link when the replica's buffer is over its limit.",
    required: 'Limits above all that is written during the copy; without limits the copy begins again and again.',
    because: BUFFER,
    needs: FORECAST_NEEDS,
    rule: (facts, circumstances) => whenForecast('willFail', facts, circumstances),
  }),
  check({
    id: 'full-sync-tight',
    title: "The full sync may fail: the replica's buffer may come to its limit on the source.",
    required: 'Limits above all that is written during the copy, even if it takes twice as long as expected.',
    because: BUFFER,
    needs: FORECAST_NEEDS,
    rule: (facts, circumstances) => whenForecast('tight', facts, circumstances),
  }),
  check({
    id: 'backlog-small',
    title: 'A short break of the link would make the target copy everything again.',
    required:
      'A backlog that holds what is written in 60 s: so long a node of ElastiCache waits before it dials again.',
    because: page('AWS, parameters of Redis: repl-timeout is 60 s and cannot be changed', 'ParameterGroups.Redis.html'),
    needs: FORECAST_NEEDS,
    rule: (facts, circumstances) => {
      const { backlogBytes, neededBacklogBytes, writeBytesPerSecond } = forecastOf(facts, circumstances);
      if (backlogBytes >= neededBacklogBytes) return undefined;
      return {
        found: `repl-backlog-size is ${bytesText(backlogBytes)}; at up to ${bytesText(Math.round(writeBytesPerSecond.high))} written a second, 60 s need ${bytesText(neededBacklogBytes)}.`,
        remedy: raiseBacklog(facts, neededBacklogBytes, circumstances),
      };
    },
  }),
] as const;

const whenForecast = (verdict: Outcome, facts: ForecastFacts, circumstances: Circumstances) => {
  const forecast = forecastOf(facts, circumstances);
  return forecast.verdict === verdict
    ? { found: forecast.why, remedy: raiseLimit(facts, forecast.peakBufferBytes.high, circumstances) }
    : undefined;
};
