import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { API_ONLY } from '../../functions/migration/guarantees.ts';
import { aView } from '../console/migration/views.ts';
import { type RunOptions, runHere } from './support/io.ts';
import { type Service, startService } from './support/service.ts';

const AWAITING = {
  status: 'awaitingCutover',
  phase: 'awaitingCutover',
  allowedActions: ['cutover', 'abort'],
  waitingFor: 'your word that the writers are stopped',
  verification: { mode: 'none' },
  cutover: { mode: 'manual', fence: 'none' },
} as const;
const lacking = aView({ ...AWAITING, allowedActions: ['cutover', 'abort'], guarantees: API_ONLY });
const whole = aView({ ...AWAITING, allowedActions: ['cutover', 'abort'] });
const ID = lacking.migrationId;
let service: Service;
beforeEach(async () => {
  service = await startService();
  service.views = [lacking];
});
afterEach(() => service.close());

const ask = (line: string, options: RunOptions = {}) =>
  runHere([...line.split(' '), '--endpoint', service.url], { ...options, env: { COLUMNS: '400', ...options.env } });

describe('what a migration lacks', () => {
  it('is told sentence by sentence where it is shown, and nothing of a whole one', async () => {
    const { out } = await ask(`show ${ID}`);
    service.views = [whole];
    const control = await ask(`show ${ID}`);

    expect(out).toContain('API-only: this stack reaches no Redis server. It lacks');
    for (const lack of API_ONLY.lacks) expect(out).toContain(`  - ${lack}`);
    expect(control.out).not.toMatch(/API-only|lacks/);
  });

  it('is told before it is watched', async () => {
    service.views = [
      aView({ ...lacking, status: 'completed', phase: 'ended', outcome: 'completed', allowedActions: [] }),
    ];
    service.events = [
      {
        at: '2026-01-01T00:00:09.000Z',
        detailType: 'MigrationCompleted',
        detail: { metadata: { id: '1' }, data: {} },
      } as never,
    ];
    const { out } = await ask(`watch ${ID}`);

    expect(out.indexOf('API-only')).toBe(0);
    expect(out.indexOf(API_ONLY.lacks.at(-1) as string)).toBeLessThan(out.indexOf('Completed'));
  });

  it('is marked in a list, and in the line of a pipe', async () => {
    expect((await ask('list')).out).toContain('Awaiting cutover (API-only)');
  });

  it('fits into a narrow terminal', async () => {
    const { out } = await ask(`show ${ID}`, { env: { COLUMNS: '40' } });
    const told = out.slice(out.indexOf('API-only'), out.indexOf('Next'));

    expect(told.split('\n').filter((line) => line.length > 40)).toEqual([]);
  });

  it('makes a cutover ask how the writers were stopped', async () => {
    const without = await ask(`cutover ${ID} --yes`);
    service.views = [whole];
    const control = await ask(`cutover ${ID} --yes`);

    expect(without).toMatchObject({ code: 2, err: expect.stringContaining("--reason '...'") });
    expect(without.err).toContain('how the writers were stopped');
    expect(control.code).toBe(0);
    expect(service.posted()).toHaveLength(1);
    service.views = [lacking];
    expect((await ask(`cutover ${ID} --yes --reason stopped`)).code).toBe(0);
  });
});
