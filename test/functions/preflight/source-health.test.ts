import { describe, expect, it } from 'vitest';
import type { CheckId } from '../../../functions/migration/preflight.ts';
import type { FactValues } from '../../../functions/preflight/facts.ts';
import { UnreadableFieldError } from '../../../functions/preflight/unreadable.ts';
import { ask, cleanValues, sourceConfig, sourceInfo } from '../support/facts.ts';

type Fields = Record<string, string | undefined>;
const withInfo = (id: CheckId, info: Fields, config: Fields = {}) =>
  ask(id, { sourceInfo: sourceInfo(info), sourceConfig: sourceConfig(config) });

describe('persistence', () => {
  const persistent = (save: string | undefined, appendonly: string | undefined) =>
    withInfo('source-not-persistent', {}, { save, appendonly });

  it('is off when neither way is on', () => {
    expect(persistent('', 'no')).toMatchObject({ found: 'save is `""`, appendonly `no`.' });
    expect(persistent('3600 1', 'no')).toBeUndefined();
    expect(persistent('', 'yes')).toBeUndefined();
  });

  it('cannot be judged of a configuration without it', () => {
    expect(() => persistent(undefined, 'no')).toThrow(UnreadableFieldError);
    expect(() => persistent('', undefined)).toThrow(UnreadableFieldError);
  });

  it('is doubtful when the last snapshot failed', () => {
    expect(withInfo('source-snapshot-fails', { rdb_last_bgsave_status: 'err' })?.found).toContain('`err`');
  });
});

describe('memory of the host', () => {
  /** 100 MB at 40 MB/s: up to 6 s; at 10 MB/s 60 MB are buffered, and 240 MB of pages copied. */
  const headroom = (info: Fields, writes: Partial<FactValues['writes']> = {}) =>
    ask('source-memory-headroom', {
      sourceInfo: sourceInfo({ used_memory_dataset: '100000000', used_memory_rss: '1000000000', ...info }),
      writes: { ...cleanValues().writes, lowBytesPerSecond: 10e6, highBytesPerSecond: 10e6, ...writes },
    });

  it('has to hold the copied pages and the buffer', () => {
    expect(headroom({ total_system_memory: '1300000000' })).toBeUndefined();
    expect(headroom({ total_system_memory: '1299999999' })?.found).toBe(
      "Of 1.21 GiB (total_system_memory) the source takes 954 MiB; the sync may take 57.2 MiB for the buffer and 229 MiB of copied pages, assumed as 4 bytes for each byte written, and no less than the last snapshot's 0 bytes. Other processes and a container's limit cannot be seen.",
    );
  });

  it('has to hold what the last snapshot copied', () => {
    expect(headroom({ total_system_memory: '1300000000', rdb_last_cow_size: '240000001' })).toBeDefined();
  });

  it('never takes more for copied pages than there are', () => {
    const much = { lowBytesPerSecond: 100e6, highBytesPerSecond: 100e6 };

    expect(headroom({ total_system_memory: '2600000000' }, much)).toBeUndefined();
    expect(headroom({ total_system_memory: '2599999999' }, much)).toBeDefined();
  });

  it.each([undefined, '0'])('is not judged where the version does not tell it: %s', (total) => {
    expect(headroom({ total_system_memory: total })).toBeUndefined();
  });
});

describe('what the source can bear', () => {
  it.each<[number | undefined, boolean]>([
    [0.8, false],
    [0.81, true],
    [1.2, true],
    [undefined, false],
  ])('%s of a core is too much: %s', (cpuShare, found) => {
    const { cpuShare: _, ...writes } = cleanValues().writes;

    expect(
      ask('source-cpu', { writes: { ...writes, ...(cpuShare !== undefined && { cpuShare }) } }) !== undefined,
    ).toBe(found);
  });

  it('is a fork of less than 200 ms', () => {
    expect(withInfo('source-fork-slow', { latest_fork_usec: '199999' })).toBeUndefined();
    expect(withInfo('source-fork-slow', { latest_fork_usec: '200000' })?.found).toContain('200 ms');
  });

  it('is clients up to 90 % of maxclients', () => {
    expect(withInfo('source-clients-full', { connected_clients: '89' }, { maxclients: '100' })).toBeUndefined();
    expect(withInfo('source-clients-full', { connected_clients: '90' }, { maxclients: '100' })).toEqual({
      found: '90 clients of at most 100 are connected.',
      remedy: ['redis-cli -h 10.0.0.5 -p 6379 CONFIG SET maxclients 200'],
    });
  });

  it.each<[CheckId, Fields]>([
    ['source-fork-slow', { latest_fork_usec: undefined }],
    ['source-clients-full', { connected_clients: 'many' }],
    ['source-snapshot-fails', { rdb_last_bgsave_status: undefined }],
    ['source-memory-headroom', { used_memory_rss: '-1' }],
  ])('%s cannot be judged with %o', (id, info) => {
    expect(() => withInfo(id, info)).toThrow(UnreadableFieldError);
  });
});
