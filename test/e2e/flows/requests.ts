import { beforeAll, describe, expect, it } from 'vitest';
import type { Sample } from '../../../functions/migration/sample.ts';
import { SELDOM_MS } from '../aftermath.ts';
import { at, eventually, type Lab } from '../lab.ts';

const ENDPOINTS = at(6379);

export const requests = (lab: Lab) =>
  describe('the API', () => {
    let sourcePort: number;
    beforeAll(async () => {
      sourcePort = (await lab.source()).port;
    });

    const running = () =>
      lab.aws.stepFunctions.listExecutions({
        stateMachineArn: lab.aws.outputs.MigrationStateMachineArn as string,
        maxResults: 1000,
      }).executions.length;

    it('answers 202 with the place where the migration can be looked at', async () => {
      const answer = await lab.request('POST', '/migrations', {
        replicationGroupId: 'nobody',
        customerNodeEndpointList: ENDPOINTS,
      });

      expect(answer.status).toBe(202);
      expect(answer.headers.get('location')).toBe(`/migrations/${answer.body.migrationId}`);
      expect(answer.body).toEqual({
        migrationId: expect.stringMatching(/^nobody-[0-9a-f]{12}$/),
        status: 'accepted',
        links: Object.fromEntries(
          ['self', 'cutover', 'abort', 'confirm', 'unfence', 'rollback', 'close'].map((link) => [
            link,
            `/migrations/${answer.body.migrationId}${link === 'self' ? '' : `/${link}`}`,
          ]),
        ),
      });
    });

    it('reports every violation at once as problem+json, and starts nothing', async () => {
      const before = running();
      const answer = await lab.request(
        'POST',
        '/migrations',
        '{"__proto__":{"x":1},"replicationGroupId":"-bad-","customerNodeEndpointList":[{"address":"a b","port":70000},{"port":0.5}],"dryRun":"yes","verification":{"mode":"all"},"waivers":["source-bind","no-such-check"],"cutover":{"mode":"automatic","drainBudgetMs":5,"fence":"best"},"extra":1}',
      );

      expect(answer.status).toBe(400);
      expect(answer.headers.get('content-type')).toBe('application/problem+json');
      expect(answer.body).toMatchObject({
        code: 'invalid-request',
        status: 400,
        type: expect.stringContaining('#invalid-request'),
      });
      const pointers = (answer.body.violations as { pointer: string }[]).map(({ pointer }) => pointer);
      expect(pointers.sort()).toEqual([
        '/__proto__',
        '/customerNodeEndpointList',
        '/customerNodeEndpointList/0/address',
        '/customerNodeEndpointList/0/port',
        '/customerNodeEndpointList/1/address',
        '/customerNodeEndpointList/1/port',
        '/cutover/drainBudgetMs',
        '/cutover/fence',
        '/dryRun',
        '/extra',
        '/replicationGroupId',
        '/verification/mode',
        '/waivers/1',
      ]);
      expect(running()).toBe(before);
    });

    it.each([
      ['invalid JSON', '{"a":', {}, 400, 'invalid-request'],
      [
        'another content type',
        'a=1',
        { 'content-type': 'application/x-www-form-urlencoded' },
        415,
        'unsupported-media-type',
      ],
      ['a body over 64 KiB', JSON.stringify({ reason: 'x'.repeat(65_536) }), {}, 413, 'body-too-large'],
      ['a list', '[]', {}, 400, 'invalid-request'],
      ['an idempotency key with a space', '{}', { 'idempotency-key': 'a b' }, 400, 'invalid-request'],
    ])('refuses %s', async (_, body, headers, status, code) => {
      const answer = await lab.request('POST', '/migrations', body, headers);

      expect([answer.status, answer.body.code]).toEqual([status, code]);
      expect(answer.headers.get('content-type')).toBe('application/problem+json');
    });

    it('replays the first answer when the key is reused, also after the execution has ended', async () => {
      await lab.group('replayed');
      const body = {
        replicationGroupId: 'replayed',
        customerNodeEndpointList: at(sourcePort),
      };
      const headers = { 'idempotency-key': 'once-and-again' };
      const automatic = { ...body, cutover: { mode: 'automatic', fence: 'none' } };

      const first = await lab.request('POST', '/migrations', automatic, headers);
      const second = await lab.request('POST', '/migrations', { ...automatic }, headers);
      await lab.announcement(first.body.migrationId as string, 'MigrationCompleted');
      const third = await lab.request('POST', '/migrations', automatic, headers);

      expect([second.status, second.body]).toEqual([first.status, first.body]);
      expect([third.status, third.body]).toEqual([first.status, first.body]);
      expect(lab.typesOf(first.body.migrationId as string).filter((type) => type === 'MigrationStarted')).toHaveLength(
        1,
      );
    });

    it('starts one migration when the same key comes 20 times at once', async () => {
      const before = running();
      const body = { replicationGroupId: 'herd', customerNodeEndpointList: ENDPOINTS };
      const answers = await Promise.all(
        Array.from({ length: 20 }, () => lab.request('POST', '/migrations', body, { 'idempotency-key': 'herd' })),
      );

      expect(new Set(answers.map(({ body: { migrationId } }) => migrationId)).size).toBe(1);
      expect(answers.every(({ status }) => status === 202)).toBe(true);
      expect(running()).toBe(before + 1);
    });

    it('refuses the same key with another body, whatever the order of fields', async () => {
      const headers = { 'idempotency-key': 'mine' };
      const one = await lab.request(
        'POST',
        '/migrations',
        { replicationGroupId: 'one', customerNodeEndpointList: ENDPOINTS },
        headers,
      );
      const same = await lab.request(
        'POST',
        '/migrations',
        { customerNodeEndpointList: ENDPOINTS, replicationGroupId: 'one' },
        headers,
      );
      const other = await lab.request(
        'POST',
        '/migrations',
        { replicationGroupId: 'two', customerNodeEndpointList: ENDPOINTS },
        headers,
      );

      expect(same.body).toEqual(one.body);
      expect([other.status, other.body.code]).toEqual([422, 'idempotency-key-reused']);
    });

    it('takes every request without a key for a new migration', async () => {
      const body = { replicationGroupId: 'unkeyed', customerNodeEndpointList: ENDPOINTS };
      const [one, two] = [
        await lab.request('POST', '/migrations', body),
        await lab.request('POST', '/migrations', body),
      ];

      expect(one.body.migrationId).not.toBe(two.body.migrationId);
    });

    it('lists newest first, by status and group, page by page', async () => {
      const ids: string[] = [];
      for (let index = 0; index < 5; index++) ids.push(await lab.start('listed', 1));
      await Promise.all(ids.map((id) => lab.announcement(id, 'MigrationFailed')));

      const listed: string[] = [];
      let nextToken: string | undefined;
      do {
        const query = new URLSearchParams({
          replicationGroupId: 'listed',
          limit: '2',
          ...(nextToken && { nextToken }),
        });
        const { body } = await lab.request('GET', `/migrations?${query}`);
        listed.push(...(body.migrations as { migrationId: string }[]).map(({ migrationId }) => migrationId));
        nextToken = body.nextToken as string | undefined;
      } while (nextToken);
      const failed = await lab.request('GET', '/migrations?status=failed&replicationGroupId=listed');
      const running = await lab.request('GET', '/migrations?status=syncing&replicationGroupId=listed');

      expect(listed).toEqual([...ids].reverse());
      expect(failed.body.migrations).toHaveLength(5);
      expect(running.body.migrations).toHaveLength(0);
    });

    it.each([
      ['/migrations?status=weird&limit=0&x=1', 3],
      ['/migrations?nextToken=%7B%7D', 1],
      ['/migrations?replicationGroupId=-', 1],
    ])('refuses %s, every parameter at once', async (path, violations) => {
      const answer = await lab.request('GET', path);

      expect(answer.status).toBe(400);
      expect(answer.body.violations).toHaveLength(violations);
    });

    it('does not know what is not there', async () => {
      for (const id of ['test-0123456789ab', 'nonsense', '..%2f..', '%00']) {
        const [got, cut] = [
          await lab.request('GET', `/migrations/${id}`),
          await lab.request('POST', `/migrations/${id}/cutover`),
        ];
        expect([got.status, got.body.code, cut.status]).toEqual([404, 'migration-not-found', 404]);
      }
    });

    it('refuses a cutover that is not awaited, and says what is', async () => {
      const migrationId = await lab.start('nothere', 1);
      await lab.announcement(migrationId, 'MigrationFailed');
      const answer = await lab.request('POST', `/migrations/${migrationId}/cutover`, {});

      expect(answer.status).toBe(409);
      expect(answer.body).toMatchObject({ code: 'action-not-allowed', allowedActions: [] });
      expect(answer.body.detail).toContain('status is failed');
    });

    it('refuses a history with all that is wrong, and knows none of what is not there', async () => {
      const migrationId = await lab.start('uncharted', 1);
      const wrong = await lab.request('GET', `/migrations/${migrationId}/history?from=yesterday&points=1&x=1`);
      const missing = await lab.request('GET', '/migrations/test-0123456789ab/history');

      expect([wrong.status, missing.status, missing.body.code]).toEqual([400, 404, 'migration-not-found']);
      expect(wrong.body.violations).toMatchObject(['x', 'from', 'points'].map((parameter) => ({ parameter })));
    });

    it('charts a migration: more and more samples, also while it awaits its cutover', async () => {
      await lab.group('charted');
      const migrationId = await lab.start('charted', sourcePort);
      await lab.awaiting(migrationId);
      const samples = async (query = '') =>
        (await lab.request('GET', `/migrations/${migrationId}/history${query}`)).body.samples as Sample[];
      const first = await samples();
      const later = await eventually(async () => {
        const now = await samples();
        return now.length > first.length && now;
      }, SELDOM_MS);
      const newest = later.at(-1) as Sample;

      expect(later.slice(0, first.length)).toEqual(first);
      expect(later.map(({ phase }) => phase)).toEqual(expect.arrayContaining(['verifying', 'awaitingCutover']));
      expect(newest).toMatchObject({ phase: 'awaitingCutover', lagBytes: 0 });
      expect(await samples(`?from=${newest.at}&to=${newest.at}`)).toMatchObject([{ at: newest.at }]);
      await lab.request('POST', `/migrations/${migrationId}/abort`, { reason: 'seen' });
      await lab.announcement(migrationId, 'MigrationAborted');
    });

    it('takes one of two cutover requests, and refuses the other', async () => {
      await lab.group('twice');
      const migrationId = await lab.start('twice', sourcePort);
      await lab.awaiting(migrationId);
      const path = `/migrations/${migrationId}/cutover`;
      const answers = await Promise.all([lab.request('POST', path), lab.request('POST', path)]);
      await lab.announcement(migrationId, 'MigrationCompleted');

      expect(answers.map(({ status }) => status).sort()).toEqual([202, 409]);
      expect(lab.typesOf(migrationId).filter((type) => type === 'MigrationCutoverStarted')).toHaveLength(1);
    });
  });
