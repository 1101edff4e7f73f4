import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { get, post } from '../../console/ui/data/api.ts';
import { aView } from './migration/views.ts';

const answers = vi.fn<(url: string) => unknown>();
beforeEach(() => {
  vi.stubGlobal('fetch', async (url: string) =>
    Response.json(url === '/console/session' ? { target: { apiUrl: 'a' }, targetId: 't' } : answers(url)),
  );
});
afterEach(() => {
  vi.unstubAllGlobals();
});

const RUBBISH = [{}, null, [], 'x', 1, { migrationId: 'm-1', status: 'awaitingCutover' }];

describe('an answer of 200 that is not what was asked for', () => {
  it.each(RUBBISH)('counts as no answer, so that the page keeps what it has and asks again: %j', async (body) => {
    answers.mockReturnValue(body);

    await expect(get('migration', '/migrations/m-1')).rejects.toMatchObject({ name: 'ApiAway' });
    await expect(get('page', '/migrations')).rejects.toMatchObject({ name: 'ApiAway' });
    await expect(get('history', '/migrations/m-1/history')).rejects.toMatchObject({ name: 'ApiAway' });
    await expect(post('migration', '/migrations/m-1/abort', {})).rejects.toMatchObject({ name: 'ApiAway' });
  });

  it('is told from one that is', async () => {
    const view = aView();
    answers.mockImplementation((url) => (url.endsWith('/migrations') ? { migrations: [view] } : view));

    expect(await get('migration', '/migrations/m-1')).toEqual(view);
    expect((await get('page', '/migrations')).migrations).toEqual([view]);
    expect(await post('migration', '/migrations/m-1/abort', {})).toEqual(view);
  });
});
