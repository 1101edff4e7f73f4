import type { SyncForecast } from '../migration/preflight.ts';
import { sentence } from '../migration/sentence.ts';
import type { ReplicaLimit } from '../replication/replica-limit.ts';
import { copySeconds, datasetBytes } from './copy-time.ts';
import type { Circumstances, Fact, Facts, FactValues } from './facts.ts';
import { raiseBacklog, raiseLimit } from './forecast-remedy.ts';
import { backlogSize, sourceLimit } from './source-limit.ts';
import { type Outcome, outcomeOf, peakOf, type Range, syncTime } from './sync-model.ts';
import { bytesText } from './text.ts';
import { UnreadableFieldError } from './unreadable.ts';
import { writeRate } from './write-rate.ts';

/** The facts that a forecast is made of. */
export type ForecastFacts = Pick<FactValues, 'sourceInfo' | 'sourceConfig' | 'writes'>;
export const FORECAST_NEEDS = ['sourceInfo', 'sourceConfig', 'writes'] as const;

/**
 * ElastiCache's `repl-timeout`, which cannot be changed: a link that hangs is noticed, and made anew, after so long.
 * What was written meanwhile has to be in the backlog, or all is copied again.
 */
const BREAK_SECONDS = 60;

/** Whether the full sync outlives the limits; `unknown` with the reason when a figure could not be read. Never throws. */
export const forecastSync = (facts: Facts, circumstances: Circumstances): SyncForecast => {
  try {
    return forecastOf(
      {
        sourceInfo: readOf(facts, 'sourceInfo'),
        sourceConfig: readOf(facts, 'sourceConfig'),
        writes: readOf(facts, 'writes'),
      },
      circumstances,
    );
  } catch (error) {
    if (error instanceof UnreadableFieldError) return unknown(error);
    throw error;
  }
};

const readOf = <N extends keyof ForecastFacts>(facts: Facts, name: N): FactValues[N] => {
  const fact = facts[name] as Fact<FactValues[N]>;
  if ('value' in fact) return fact.value;
  if ('outOfReach' in fact) throw new UnreadableFieldError(name, 'no server is looked at in API-only mode');
  throw new UnreadableFieldError(name, 'unreadable' in fact ? fact.unreadable : 'the source was not read');
};

const IN_WORDS: Record<string, string> = {
  sourceInfo: "the source's INFO",
  sourceConfig: "the source's CONFIG",
  writes: 'what is written to the source',
};

const unknown = ({ fact, detail }: UnreadableFieldError): SyncForecast => ({
  verdict: 'unknown',
  why: sentence(`${IN_WORDS[fact] ?? fact} could not be read: ${detail}`),
  remedy: [],
});

/** A forecast with all its figures. */
export type FullForecast = Required<SyncForecast> & { verdict: Outcome };

/** @throws {UnreadableFieldError} a figure is missing or absurd */
export const forecastOf = (facts: ForecastFacts, circumstances: Circumstances): FullForecast => {
  const { sourceInfo, sourceConfig, writes } = facts;
  const limit = sourceLimit(sourceInfo, sourceConfig);
  const rate = writeRate(writes);
  const seconds = syncTime(copySeconds(sourceInfo, circumstances));
  const peak = peakOf(rate, seconds);
  const verdict = outcomeOf(rate, seconds, limit);
  const backlogBytes = backlogSize(sourceConfig);
  const neededBacklogBytes = Math.ceil(rate.high * BREAK_SECONDS);
  const copyBytes = datasetBytes(sourceInfo);
  return {
    verdict,
    why: `${bytesText(copyBytes)} are copied in ${secondsText(seconds)} while ${rangeText(rate)} are written a second: ${rangeText(peak)} wait in the replica's buffer. ${limitText(limit)}.`,
    writeBytesPerSecond: rate,
    copyBytes,
    syncSeconds: seconds,
    peakBufferBytes: peak,
    limit,
    backlogBytes,
    neededBacklogBytes,
    remedy: [
      ...(verdict === 'pass' ? [] : raiseLimit(facts, peak.high, circumstances)),
      ...(backlogBytes < neededBacklogBytes ? raiseBacklog(facts, neededBacklogBytes, circumstances) : []),
    ],
  };
};

const secondsText = ({ low, high }: Range): string => {
  const [from, to] = [low, high].map((seconds) => Number(seconds.toPrecision(2)));
  return `${from}-${to} s`;
};

const rangeText = ({ low, high }: Range): string => {
  const [from, to] = [low, high].map((bytes) => bytesText(Math.round(bytes)));
  return from === to ? `${to}` : `${from} to ${to}`;
};

const limitText = ({ hardBytes, softBytes, softSeconds }: ReplicaLimit): string => {
  const limits = [
    ...(hardBytes > 0 ? [`at ${bytesText(hardBytes)}`] : []),
    ...(softBytes > 0 ? [`after ${softSeconds} s above ${bytesText(softBytes)}`] : []),
  ];
  return limits.length > 0 ? `The source closes the link ${limits.join(', or ')}` : 'The source sets it no limit';
};
