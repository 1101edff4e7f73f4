import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { aView } from '../console/migration/views.ts';
import { runHere } from './support/io.ts';
import { PROBLEM, type Service, startService } from './support/service.ts';
import { split } from './support/words.ts';

const view = aView({ allowedActions: ['cutover'] });
const ID = view.migrationId;
const REQUEST = '--replication-group-id test --source 10.0.0.5:6379';

let service: Service;
beforeEach(async () => {
  service = await startService();
});
afterEach(() => service.close());
const ask = (line: string) => runHere([...split(line), '--endpoint', service.url], { env: { COLUMNS: '300' } });

describe('a JSON server that is not this API', () => {
  it.each(
    ['list', `show ${ID}`, `show ${ID} --events`, `watch ${ID}`, `cutover ${ID} --yes`, `start ${REQUEST}`].flatMap(
      (line) => ['{}', '[]', 'null', '"ok"', '{"migrations":[{}]}', '{"migrationId":7}'].map((body) => [line, body]),
    ),
  )('is no success, no crash, and asked once: %s answered %s', async (line, body) => {
    service.instead = () => ({ status: 200, body: JSON.parse(body) });
    const { code, out, err } = await ask(line);

    expect({ code, out }).toEqual({ code: 4, out: '' });
    expect(err).toMatch(/What answers at http:\S+ is not this API: it answers HTTP 200 without \w+/);
    expect(err).toContain('elasticache-migrator doctor --endpoint');
    expect(err).not.toMatch(/went wrong in this command|undefined|TypeError/);
    expect(service.received).toHaveLength(1);
  });

  it('is told by what its answer lacks', async () => {
    const { source, phase, ...rest } = view;
    service.instead = () => ({ status: 200, body: { migrations: [view, rest] } });

    expect((await ask('list')).err).toContain('without migrations[1].phase, migrations[1].source');
  });

  it.each([
    [{ source: {} }, 'source.address, source.port'],
    [{ source: { address: 7, port: 6379 } }, 'source.address'],
    [{ preflight: {} }, 'preflight.verdict, preflight.checks, preflight.findings'],
    [{ preflight: { verdict: 'passed', checks: 1, findings: [{}], forecast: {} } }, 'preflight.findings[0].id'],
    [{ cutover: { mode: 'manual', fenced: 3 } }, 'cutover.fenced'],
  ])('is told by what is rubbish within: %j', async (rubbish, place) => {
    service.instead = () => ({ status: 200, body: { ...view, ...rubbish } });

    expect(await ask(`show ${ID} --findings`)).toMatchObject({
      code: 4,
      err: expect.stringContaining(`without ${place}`),
    });
  });

  it('does not lead a list round and round', async () => {
    service.instead = () => ({ status: 200, body: { migrations: [view], nextToken: 'again' } });

    expect(await ask('list --all')).toMatchObject({
      code: 4,
      err: expect.stringContaining('the same next page twice'),
    });
    expect(service.received).toHaveLength(2);
  });

  it('has problem documents of its own, which say nothing of a migration', async () => {
    service.instead = () => ({ status: 404, type: PROBLEM, body: { title: 'Not Found' } });
    const theirs = await ask(`show ${ID}`);
    service.instead = () => ({ status: 404, body: { error: 'not found' } });
    const plain = await ask(`show ${ID}`);

    expect(theirs).toMatchObject({ code: 4, err: expect.stringContaining('without code, detail') });
    expect(plain).toMatchObject({ code: 4, err: expect.stringContaining('is not this API') });
  });

  it('may have taken an act that it answers so: look before you ask again', async () => {
    service.views = [view];
    service.instead = ({ method }) => (method === 'POST' ? { status: 200, body: {} } : undefined);
    const ran = await ask(`cutover ${ID} --yes`);

    expect(ran.code).toBe(4);
    expect(ran.err).toContain('is not known: look before you ask again');
  });

  it('between two answers of the API is waited out by a watch', async () => {
    service.views = [view];
    let looks = 0;
    service.instead = ({ url }) => {
      if (url.includes('timeline') || ++looks !== 2) return undefined;
      service.views = [aView({ ...view, status: 'completed', outcome: 'completed', allowedActions: [] })];
      return { status: 200, body: { status: 'pass' } };
    };
    service.events = [
      { at: view.acceptedAt, detailType: 'MigrationCompleted', detail: { metadata: { id: 'e' }, data: {} } },
    ];
    const ran = await ask(`watch ${ID}`);

    expect(ran.code).toBe(0);
    expect(ran.out).toContain('The API is away, and is asked again: What answers at');
  });
});
