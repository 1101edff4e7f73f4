import { execFile } from 'node:child_process';
import { delimiter, dirname } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SyncLab, startSyncLab } from '../../bench/trial/lab.ts';

const MB = 1_000_000;
const SAMPLE_MS = 200;
const WRITES = 8 * MB;

describe('the forecast on real servers', () => {
  let lab: SyncLab;
  beforeAll(async () => {
    // The copy takes 2.5 s by sleeping for each key, so that a busy machine changes little: at 8 MB/s of writes between
    // 13 MB and 50 MB wait in the buffer.
    lab = await startSyncLab({ keys: 1000, valueBytes: 20_000, config: { 'rdb-key-save-delay': '2500' } });
  });
  afterAll(() => lab?.end());

  const limit = (value: string) => lab.client.sendCommand(['CONFIG', 'SET', 'client-output-buffer-limit', value]);

  /** Runs lines as a person does who pastes them into a shell. */
  const paste = async (lines: readonly string[]) => {
    const { cli = 'redis-cli', env } = lab.source.server;
    const path = [dirname(cli), process.env.PATH].join(delimiter);
    for (const line of lines) {
      const { stdout } = await promisify(execFile)('sh', ['-c', line], { env: { ...process.env, ...env, PATH: path } });
      expect(stdout.trim()).toBe('OK');
    }
  };

  it.each([
    ['a hard limit', `replica ${2 * MB} 0 0`],
    ['a soft limit', `replica 0 ${MB} 0`],
  ])('says willFail for %s, the source closes the link, and the remedy makes it pass', async (_, value) => {
    await limit(value);
    const before = await lab.trial(WRITES, SAMPLE_MS);

    expect(before.forecast.verdict).toBe('willFail');
    expect(before.truth).toMatchObject({ passed: false, why: expect.stringContaining('output buffer limits') });

    await paste(before.forecast.remedy);
    const after = await lab.trial(WRITES, SAMPLE_MS);

    expect(after.forecast).toMatchObject({ verdict: 'pass', remedy: [] });
    expect(after.truth).toMatchObject({ passed: true });
  });
});
