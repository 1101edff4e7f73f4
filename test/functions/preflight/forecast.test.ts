import { describe, expect, it } from 'vitest';
import type { FactValues, WriteRate } from '../../../functions/preflight/facts.ts';
import { forecastSync } from '../../../functions/preflight/forecast.ts';
import { cleanFacts, someCircumstances, sourceConfig, sourceInfo } from '../support/facts.ts';

const MB = 1e6;
const MIB = 1024 * 1024;

const writing = (low: number, high = low): WriteRate => ({
  windowMs: 5000,
  lowBytesPerSecond: low,
  highBytesPerSecond: high,
  measuredBy: 'offset',
});

/** 600 MB at 40 MB/s, expected in 15 s: between 10 s and 31 s. At 1 MB/s of writes the peak is between 10 and 31 MB. */
const INFO = { used_memory_dataset: String(600 * MB) };
const limitOf = (hard: number, soft = 0, seconds = 0, name = 'slave') => ({
  'client-output-buffer-limit': `normal 0 0 0 ${name} ${hard} ${soft} ${seconds} pubsub 33554432 8388608 60`,
  'repl-backlog-size': '16384',
});

interface Change {
  info?: Record<string, string | undefined>;
  config?: Record<string, string | undefined>;
  writes?: WriteRate;
}
const values = ({ info = {}, config = {}, writes = writing(MB) }: Change): Partial<FactValues> => ({
  sourceInfo: sourceInfo({ ...INFO, ...info }),
  sourceConfig: sourceConfig({ ...limitOf(0), ...config }),
  writes,
});
const forecast = (change: Change = {}) => forecastSync(cleanFacts(values(change)), someCircumstances());

/** The configuration after the remedy's lines were pasted. */
const afterRemedy = (config: Record<string, string | undefined>, remedy: readonly string[]) => {
  const set = remedy.map((line) => /^redis-cli -h 10\.0\.0\.5 -p 6379 CONFIG SET (\S+) "?([^"]+)"?$/.exec(line) ?? []);
  const pasted = Object.fromEntries(
    set.map(([, name = '', value]) => [name, name.startsWith('client') ? `normal 0 0 0 ${value}` : value]),
  );
  return { ...config, ...pasted };
};

describe('the forecast of the full sync', () => {
  it('has the figures that it is made of', () => {
    expect(forecast({ config: limitOf(50 * MB), writes: writing(MB, 2 * MB) })).toMatchObject({
      verdict: 'tight',
      copyBytes: 600 * MB,
      writeBytesPerSecond: { low: MB, high: 2 * MB },
      syncSeconds: { low: 10, high: 31 },
      peakBufferBytes: { low: 10 * MB, high: 62 * MB },
      limit: { hardBytes: 50 * MB, softBytes: 0, softSeconds: 0 },
      backlogBytes: 16_384,
      neededBacklogBytes: 120 * MB,
    });
  });

  it('says them in a sentence', () => {
    expect(forecast({ config: limitOf(64 * MIB, 16 * MIB, 60), writes: writing(MIB, 2 * MIB) }).why).toBe(
      "572 MiB are copied in 10-31 s while 1 MiB to 2 MiB are written a second: 10 MiB to 62 MiB wait in the replica's buffer. The source closes the link at 64 MiB, or after 60 s above 16 MiB.",
    );
  });

  it('takes used_memory where the version does not tell the dataset', () => {
    const info = { redis_version: '3.2.0', used_memory_dataset: undefined, used_memory: String(1200 * MB) };

    expect(forecast({ info })).toMatchObject({ copyBytes: 1200 * MB, syncSeconds: { low: 20, high: 61 } });
  });

  it('takes the whole memory where the dataset is told as less than nothing, without the sign', () => {
    const told = { used_memory_dataset: '18446744073709549856', used_memory: String(600 * MB) };

    expect(forecast({ info: told })).toEqual(forecast({ info: { used_memory: String(600 * MB) } }));
  });
});

describe('the hard limit', () => {
  it.each([
    [31 * MB + 1, 'pass', 'a byte more than the high peak'],
    [31 * MB, 'tight', 'the high peak'],
    [10 * MB + 1, 'tight', 'a byte more than the low peak'],
    [10 * MB, 'willFail', 'the low peak'],
    [1, 'willFail', 'next to nothing'],
    [0, 'pass', 'none'],
  ])('%d gives %s: %s', (hard, verdict) => {
    expect(forecast({ config: limitOf(hard) }).verdict).toBe(verdict);
  });

  it('is not reached when nothing is written', () => {
    expect(forecast({ config: limitOf(1), writes: writing(0) }).verdict).toBe('pass');
  });

  it('may be reached where nobody knows that anything is written: PUBLISH is replicated too', () => {
    const writes = { ...writing(0, 100 * MB), measuredBy: 'input' } as const;

    expect(forecast({ config: limitOf(MB), writes })).toMatchObject({ verdict: 'tight', peakBufferBytes: { low: 0 } });
  });
});

describe('the soft limit', () => {
  // 5 MB are reached after 5 s: the buffer is above it for 5 s by the low estimate, for 26 s by the high one.
  it.each([
    [5 * MB, 3, 'willFail', 'passed by more than the second that the clock may be off'],
    [5 * MB, 4, 'tight', 'passed by a second'],
    [5 * MB, 25, 'tight', 'passed by the high estimate'],
    [5 * MB, 26, 'pass', 'as long as the high estimate'],
    [31 * MB, 0, 'pass', 'never above it'],
    [0, 0, 'pass', 'none'],
  ])('%d for %d s gives %s: %s', (soft, seconds, verdict) => {
    expect(forecast({ config: limitOf(0, soft, seconds) }).verdict).toBe(verdict);
    expect(forecast({ config: limitOf(40 * MB, soft, seconds) }).verdict).toBe(verdict);
  });
});

describe("Redis 7's rule for the backlog", () => {
  const config = { ...limitOf(8 * MB), 'repl-backlog-size': String(40 * MB) };

  it.each(['7.0.0', '7.0.15', '7.2.4', '8.2.1', '10.0.0'])(
    'holds in %s: the larger of both is the limit',
    (version) => {
      expect(forecast({ config, info: { redis_version: version } })).toMatchObject({
        verdict: 'pass',
        limit: { hardBytes: 40 * MB },
      });
    },
  );

  it.each(['2.8.24', '5.0.14', '6.2.14'])('does not hold in %s', (version) => {
    expect(forecast({ config, info: { redis_version: version } })).toMatchObject({
      verdict: 'willFail',
      limit: { hardBytes: 8 * MB },
    });
  });

  it('makes no limit where there is none', () => {
    const none = { ...limitOf(0), 'repl-backlog-size': '1' };

    expect(forecast({ config: none })).toMatchObject({ verdict: 'pass', limit: { hardBytes: 0 } });
  });

  it('leaves the soft limit as it is', () => {
    const soft = { ...limitOf(8 * MB, 5 * MB, 3), 'repl-backlog-size': String(40 * MB) };

    expect(forecast({ config: soft })).toMatchObject({ verdict: 'willFail', limit: { softBytes: 5 * MB } });
  });
});

describe('the backlog', () => {
  const backlog = (bytes: number) => ({ ...limitOf(0), 'repl-backlog-size': String(bytes) });

  it('has to hold what is written in 60 s', () => {
    expect(forecast({ config: backlog(60 * MB) }).remedy).toEqual([]);
    expect(forecast({ config: backlog(60 * MB - 1) }).remedy).toEqual([
      `redis-cli -h 10.0.0.5 -p 6379 CONFIG SET repl-backlog-size ${115 * MIB}`,
    ]);
  });

  it('of the default size is enough for a source that is all but idle', () => {
    expect(forecast({ config: backlog(MIB), writes: writing(17_000) }).remedy).toEqual([]);
  });
});

describe('the remedy', () => {
  const lines = (config: Record<string, string>, info = {}) =>
    forecast({
      config: { 'repl-backlog-size': String(100 * MB), ...config },
      info: { redis_version: '6.2.0', ...info },
    }).remedy;

  it('has twice the high peak and some, rounded up, for the soft limit too', () => {
    expect(lines(limitOf(8 * MB, 4 * MB, 60))).toContain(
      `redis-cli -h 10.0.0.5 -p 6379 CONFIG SET client-output-buffer-limit "replica ${60 * MIB} ${60 * MIB} 60"`,
    );
  });

  it('calls the class slave before Redis 5', () => {
    expect(lines(limitOf(MB), { redis_version: '4.0.14' }).join()).toContain(`"slave ${60 * MIB} 0 0"`);
    expect(lines(limitOf(MB), { redis_version: '5.0.0' }).join()).toContain(`"replica ${60 * MIB} 0 0"`);
  });

  it('lowers nothing, and makes no limit where there is none', () => {
    expect(lines(limitOf(900 * MB, 5 * MB, 3)).join()).toContain(`"replica ${900 * MB} ${60 * MIB} 3"`);
    expect(lines(limitOf(0, 5 * MB, 3)).join()).toContain(`"replica 0 ${60 * MIB} 3"`);
  });

  it('is none when the buffer would be larger than what the source leaves of the host', () => {
    const host = (used_memory_rss: number) => ({
      total_system_memory: String(1000 * MIB),
      used_memory_rss: String(used_memory_rss),
    });

    expect(forecast({ config: limitOf(MB), info: host(940 * MIB) }).remedy[0]).toContain(`${60 * MIB}`);
    expect(forecast({ config: limitOf(MB), info: host(941 * MIB) })).toMatchObject({ verdict: 'willFail', remedy: [] });
    expect(forecast({ config: limitOf(MB), info: { ...host(0), total_system_memory: '0' } }).remedy).not.toEqual([]);
  });

  it('is none when the buffer would be larger than the host', () => {
    const lack = { total_system_memory: String(50 * MB) };

    expect(forecast({ config: limitOf(MB), info: lack })).toMatchObject({ verdict: 'willFail', remedy: [] });
  });

  it.each(['4.0.0', '6.2.0', '7.0.15'])('makes it pass, whatever the limits of a %s were', (version) => {
    const info = { redis_version: version, total_system_memory: undefined };
    for (const rate of [1, 1000, MB, 300 * MB]) {
      for (const hard of [0, 1, MB, 31 * MB, 500 * MB]) {
        for (const soft of [0, 1, MB, 31 * MB, 500 * MB]) {
          for (const seconds of [0, 5, 60]) {
            const config = limitOf(hard, soft, seconds, version < '5' ? 'slave' : 'replica');
            const { remedy } = forecast({ config, info, writes: writing(rate) });
            const after = forecast({ config: afterRemedy(config, remedy), info, writes: writing(rate) });

            expect({ config, verdict: after.verdict, remedy: after.remedy }).toEqual({
              config,
              verdict: 'pass',
              remedy: [],
            });
          }
        }
      }
    }
  });
});

describe('what is not known', () => {
  it.each([
    ['sourceInfo', "The source's INFO could not be read: NOPERM."],
    ['sourceConfig', "The source's CONFIG could not be read: NOPERM."],
    ['writes', 'What is written to the source could not be read: NOPERM.'],
  ] as const)('unread %s leaves the verdict open', (name, why) => {
    const facts = cleanFacts({}, { [name]: { unreadable: 'NOPERM' } });

    expect(forecastSync(facts, someCircumstances())).toEqual({ verdict: 'unknown', why, remedy: [] });
  });

  it('a source that was not read leaves the verdict open', () => {
    const facts = cleanFacts({}, { sourceInfo: { moot: true }, sourceConfig: { moot: true }, writes: { moot: true } });

    expect(forecastSync(facts, someCircumstances())).toMatchObject({ verdict: 'unknown', remedy: [] });
  });

  it.each<[string, Change]>([
    ['no limit told', { config: { 'client-output-buffer-limit': undefined } }],
    ['an empty limit', { config: { 'client-output-buffer-limit': '' } }],
    ['a limit without the class', { config: { 'client-output-buffer-limit': 'normal 0 0 0 pubsub 1 1 1' } }],
    ['a limit that is cut off', { config: { 'client-output-buffer-limit': 'normal 0 0 0 slave 256' } }],
    ['a negative limit', { config: limitOf(-1) }],
    ['a limit beyond all numbers', { config: { 'client-output-buffer-limit': `slave ${'9'.repeat(30)} 0 0` } }],
    ['the class as a number of another', { config: { 'client-output-buffer-limit': 'normal slave 1 2 3 4' } }],
    ['no backlog', { config: { 'repl-backlog-size': undefined } }],
    ['a backlog of words', { config: { 'repl-backlog-size': 'large' } }],
    ['no version', { info: { redis_version: undefined }, config: limitOf(MB) }],
    ['a version of words', { info: { redis_version: 'seven' }, config: limitOf(MB) }],
    ['no memory', { info: { used_memory: undefined, used_memory_dataset: undefined } }],
    ['a negative dataset', { info: { used_memory_dataset: '-5' } }],
    ['a dataset beyond any memory', { info: { used_memory_dataset: '184467440737095510000' } }],
    ['writes of NaN', { writes: writing(Number.NaN) }],
    ['writes below zero', { writes: writing(-1) }],
    ['writes without end', { writes: writing(1, Number.POSITIVE_INFINITY) }],
    ['more low writes than high', { writes: writing(2, 1) }],
    ['writes of no time', { writes: { ...writing(1), windowMs: 0 } }],
  ])('%s leaves the verdict open', (_, change) => {
    expect(forecast(change)).toEqual({
      verdict: 'unknown',
      why: expect.stringMatching(/^[A-Z].+ could not be read: .+\.$/),
      remedy: [],
    });
  });
});
