import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_ENDPOINT } from '../../cli/target.ts';
import { PHASES } from '../../functions/migration/status.ts';
import { at, aView, phases } from '../console/migration/views.ts';
import { ctrlC, type RunOptions, runHere } from './support/io.ts';
import { expectSchema } from './support/schema.ts';
import { problem, type Service, startService } from './support/service.ts';

const ID = aView().migrationId;
let service: Service;
let folder: string;
beforeEach(async () => {
  service = await startService();
  folder = await mkdtemp(join(tmpdir(), 'cli-'));
});
afterEach(async () => {
  await service.close();
  await rm(folder, { recursive: true });
});

const ask = (line: string, options: RunOptions = {}) => {
  const words = line.match(/'[^']*'|\S+/g)?.map((word) => word.replace(/^'(.*)'$/, '$1')) ?? [];
  return runHere([...words, '--endpoint', service.url], options);
};
const awaiting = aView({
  status: 'awaitingCutover',
  statusReason: 'Source and target are in sync.',
  phase: 'awaitingCutover',
  waitingFor: 'the request for the cutover',
  allowedActions: ['cutover', 'abort'],
  phases: phases('queued 0, awaitingCutover 5'),
});
const promoted = aView({
  status: 'completed',
  statusReason: 'The target is promoted.',
  phase: 'ended',
  outcome: 'completed',
  allowedActions: ['unfence', 'rollback'],
  stoppedAt: at(60),
  phases: phases('queued 0, ended 60'),
});
const REQUEST = '--replication-group-id test --source 10.0.0.5:6379';

describe('start', () => {
  it('sends what the options say, and prints the key that makes a repeat safe', async () => {
    const ran = await ask(
      `start ${REQUEST} --cutover automatic --fence acl --sample-keys 50 --verification sample --waive a,b --waive c --reason 'for a test'`,
    );

    const [sent] = service.posted();
    expect(sent?.body).toEqual({
      replicationGroupId: 'test',
      customerNodeEndpointList: [{ address: '10.0.0.5', port: 6379 }],
      cutover: { mode: 'automatic', fence: 'acl' },
      verification: { mode: 'sample', sampleKeys: 50 },
      waivers: ['a', 'b', 'c'],
      reason: 'for a test',
    });
    expect(ran).toMatchObject({ code: 0, out: 'Accepted: test-000000000001\n' });
    expect(ran.err).toContain(`Idempotency key: ${sent?.key}\n`);
    expect(ran.err).toContain(`watch test-000000000001 --endpoint ${service.url}`);
  });

  it('takes the skeleton of the aws command, and options over it', async () => {
    const file = join(folder, 'skeleton.json');
    await writeFile(
      file,
      '{"ReplicationGroupId":"filed","CustomerNodeEndpointList":[{"Address":"10.0.0.9","Port":6380}]}',
    );

    await ask(`start -f ${file} --replication-group-id test --dry-run`);

    expect(service.posted()[0]?.body).toEqual({
      replicationGroupId: 'test',
      customerNodeEndpointList: [{ address: '10.0.0.9', port: 6380 }],
      dryRun: true,
    });
  });

  it('reads standard input', async () => {
    const stdin = JSON.stringify({ replicationGroupId: 'piped', customerNodeEndpointList: [], more: 1 });

    const ran = await ask('start -f - --json --idempotency-key k-1', { stdin });

    expect(service.posted()[0]).toMatchObject({ key: 'k-1', body: { replicationGroupId: 'piped', more: 1 } });
    expect(JSON.parse(ran.out)).toMatchObject({ migrationId: 'test-000000000001', idempotencyKey: 'k-1' });
    expectSchema('start', JSON.parse(ran.out));
    // Whoever gets no answer needs it, and standard output has documents alone.
    expect(ran.err).toBe('Idempotency key: k-1\n');
  });

  it('sends again under the same key while no answer comes', async () => {
    let left = 2;
    service.instead = ({ method }) =>
      method === 'POST' && left-- > 0 ? problem(503, 'transient-service-fault', 'later') : undefined;

    expect((await ask(`start ${REQUEST}`)).code).toBe(0);
    expect(new Set(service.posted().map(({ key }) => key)).size).toBe(1);
    expect(service.posted()).toHaveLength(3);
  });

  it('tells all that is wrong, also what the API finds, by the names of its options', async () => {
    const here = await ask('start --source [::1 --sample-keys many');
    service.instead = () =>
      problem(400, 'invalid-request', 'It is not valid', {
        violations: [
          { pointer: '/waivers/0', detail: 'is not the id of a check' },
          { pointer: '/customerNodeEndpointList/0/port', detail: 'must be at most 65535' },
        ],
      });
    const there = await ask(`start ${REQUEST}`);

    expect(here.code).toBe(2);
    for (const text of ['--source has to be', '--sample-keys has to be', '--replication-group-id is missing'])
      expect(here.err).toContain(text);
    expect(there.code).toBe(2);
    expect(there.err).toContain('--waive (/waivers/0) is not the id of a check');
    expect(there.err).toContain('--source (/customerNodeEndpointList/0/port) must be at most 65535');
  });

  it.each([' ', 'ü€', 'a\nb', 'x'.repeat(256)])('sends nothing under a key that none can be: %j', async (key) => {
    const ran = await runHere([...`start ${REQUEST} --endpoint ${service.url} --idempotency-key`.split(' '), key]);

    expect(ran).toMatchObject({ code: 2, err: expect.stringContaining('1-255 visible ASCII characters') });
    expect(service.received).toEqual([]);
  });

  it('is interrupted by Ctrl-C also while it waits to send again', async () => {
    const { signal, press } = ctrlC();
    service.instead = () => {
      setTimeout(press, 50);
      return problem(503, 'transient-service-fault', 'later');
    };

    expect(await ask(`start ${REQUEST}`, { signal })).toMatchObject({
      code: 130,
      err: expect.stringContaining('Interrupted.'),
    });
  });

  it('says that it is not known whether it was accepted, and how to repeat it', async () => {
    service.instead = () => ({ status: 502, body: { message: 'Bad Gateway' } });

    const ran = await ask(`start ${REQUEST} --idempotency-key k-2`);

    expect(ran.code).toBe(4);
    expect(ran.err).toMatch(/not known after 4 tries[\s\S]*--idempotency-key k-2/);
  });
});

describe('an act', () => {
  beforeEach(() => {
    service.views = [awaiting];
  });

  it('is sent with its reason and its waiver when nobody is to be asked', async () => {
    const ran = await ask(`cutover ${ID} --yes --reason 'change 4711' --waive verification-differences`);

    expect(service.posted()).toEqual([
      {
        path: `/migrations/${ID}/cutover`,
        body: { reason: 'change 4711', waivers: ['verification-differences'] },
        key: undefined,
      },
    ]);
    expect(ran).toMatchObject({ code: 0, out: expect.stringContaining('The cutover was requested.') });
  });

  it('is sent with all its waivers, given by commas and repeated, each once', async () => {
    const some = '--waive users-included,modules-loaded-twice --waive=verification-differences,users-included';
    const ran = await ask(`cutover ${some} ${ID} --yes --reason 'change 4711'`);

    expect(ran.code).toBe(0);
    expect(service.posted()).toMatchObject([
      { body: { waivers: ['users-included', 'modules-loaded-twice', 'verification-differences'] } },
    ]);
  });

  it.each([
    ['what no cutover can waive', '--waive users-included,target-holds-data --reason because', 'Allowed choices are'],
    ['nothing', '--waive , --reason because', 'Allowed choices are'],
    ['something, and says not why', '--waive users-included', '--reason is missing'],
  ])('is not sent when it is to waive %s', async (_, options, why) => {
    const ran = await ask(`cutover ${ID} --yes ${options}`);

    expect(ran).toMatchObject({ code: 2, err: expect.stringContaining(why) });
    expect(service.received).toEqual([]);
  });

  it.each(['cutover', 'abort', 'confirm', 'unfence', 'rollback', 'close'])(
    'is refused without a terminal and without --yes, and nothing is asked: %s',
    async (act) => {
      const ran = await ask(`${act} ${ID} --reason because`);

      expect(ran.code).toBe(2);
      expect(ran.err).toContain('add --yes');
      expect(service.received).toEqual([]);
    },
  );

  it.each(['abort', 'confirm', 'unfence', 'rollback'])('needs a reason: %s', async (act) => {
    const ran = await ask(`${act} ${ID} --yes`);

    expect(ran).toMatchObject({ code: 2, err: expect.stringContaining('--reason is missing') });
    expect(service.received).toEqual([]);
  });

  it('is not sent when the migration does not allow it; what it allows is told', async () => {
    const ran = await ask(`rollback ${ID} --yes --reason because`);

    expect(ran.code).toBe(3);
    expect(ran.err).toMatch(/rollback is not allowed now[\s\S]*cutover test-0123456789ab/);
    expect(service.posted()).toEqual([]);
  });

  it('is not sent to the newest migration of a group: its id is told', async () => {
    const ran = await ask('abort test --yes --reason because');

    expect(ran.code).toBe(3);
    expect(ran.err).toContain(`abort ${ID}`);
    expect(service.posted()).toEqual([]);
  });

  it('is known to be refused when the API refuses it', async () => {
    service.instead = ({ method }) =>
      method === 'POST'
        ? problem(409, 'action-not-allowed', 'It was requested', { allowedActions: ['abort'] })
        : undefined;

    const ran = await ask(`cutover ${ID} --yes`);

    expect(ran.code).toBe(3);
    expect(ran.err).toMatch(/It was requested[\s\S]*allowed now: abort/);
  });

  it('names nodes of the source that are gone for good', async () => {
    service.views = [promoted];
    const ran = await ask(`unfence ${ID} --yes --reason burnt --give-up 10.0.0.6 --give-up [fd00::6]:6380`);
    const wrong = await ask(`unfence ${ID} --yes --reason burnt --give-up fd00::6`);

    expect(service.posted().map(({ body }) => body)).toEqual([
      {
        reason: 'burnt',
        giveUp: [
          { address: '10.0.0.6', port: 6379 },
          { address: 'fd00::6', port: 6380 },
        ],
      },
    ]);
    expect([ran.code, wrong.code]).toEqual([0, 2]);
  });

  it('is watched from its request on: what was announced before is not told again', async () => {
    const requestedAt = at(50);
    service.instead = ({ method }) => {
      if (method !== 'POST') return undefined;
      service.views = [promoted];
      return { status: 202, body: { ...awaiting, cutover: { mode: 'manual', requestedAt } } };
    };
    service.events = [
      {
        at: at(1),
        detailType: 'MigrationStarted',
        detail: { metadata: { id: 'a' }, data: { statusReason: 'Earlier.' } },
      },
      {
        at: at(60),
        detailType: 'MigrationCompleted',
        detail: { metadata: { id: 'b' }, data: { statusReason: 'Later.' } },
      },
    ];

    const ran = await ask(`cutover ${ID} --yes --watch`);

    expect(ran.code).toBe(0);
    expect(ran.out).toContain('Later.');
    expect(ran.out).not.toContain('Earlier.');
  });

  it('that gets no answer may have been done: it says so, and is not sent again', async () => {
    const lost = createServer((request) => request.socket.destroy()).listen(0, '127.0.0.1');
    service.instead = ({ method, request }) => {
      if (method === 'POST') request.socket.destroy();
      return undefined;
    };

    const ran = await ask(`cutover ${ID} --yes`);
    lost.close();

    expect(ran.code).toBe(4);
    expect(ran.err).toContain('is not known: look before you ask again');
    expect(service.posted()).toHaveLength(1);
  });

  it.each([502, 503, 500])('says so, too, when something on the way answers %d', async (status) => {
    service.instead = ({ method }) =>
      method === 'POST' ? { status, body: { message: 'Service Unavailable' } } : undefined;
    const ran = await ask(`abort ${ID} --yes --reason r`);

    expect(ran.code).toBe(4);
    expect(ran.err).toContain('is not known: look before you ask again');
  });
});

describe('list and show', () => {
  it('give the documents of the API', async () => {
    service.views = [awaiting];

    expect(JSON.parse((await ask('list --json')).out)).toEqual({ migrations: [awaiting] });
    expect(JSON.parse((await ask(`show ${ID} --json`)).out)).toEqual(awaiting);
    expect(JSON.parse((await ask('show test --events --json')).out)).toEqual({ ...awaiting, events: [] });
  });

  it('say what can be asked for next, with the options that find the service', async () => {
    service.views = [promoted];

    const { out } = await ask('show test');

    for (const act of ['unfence', 'rollback'])
      expect(out).toContain(`elasticache-migrator ${act} ${ID} --endpoint ${service.url}`);
    expect(out).not.toContain('cutover test');
  });

  it('call a promotion confirmed that an operator has given his word for, and no fence standing that was not seen', async () => {
    const confirmation = { at: at(9), by: { by: 'http', principal: 'arn:anna' }, reason: 'r', unproven: [], keys: [] };
    const fenced = { kind: 'acl', phase: 'sealed', nodes: 1, openedAt: at(1) };
    const show = async (more: object) => {
      service.views = [
        aView({ ...promoted, cutover: { mode: 'manual', promotedAt: at(9), fenced, ...more } as never }),
      ];
      return (await ask(`show ${ID}`)).out.replace(/\s+/g, ' ');
    };

    expect(await show({ confirmation: { ...confirmation, unfenced: ['10.0.0.5:6379'] } })).toMatch(
      /not seen to stand everywhere.*confirmed by arn:anna, and not proven/,
    );
    expect(await show({})).not.toMatch(/confirmed|not seen to stand/);
  });

  it('ask for what the options say', async () => {
    await ask('list --status failed --replication-group-id test --limit 5 --next-token t --json');

    expect(service.received[0]?.url).toBe('/migrations?status=failed&replicationGroupId=test&limit=5&nextToken=t');
  });

  it('propose all of them where none is as it was asked for, and a first one where there is none', async () => {
    expect((await ask('list --status failed')).err).toContain(
      `\n  elasticache-migrator list --endpoint ${service.url}\n`,
    );
    expect((await ask('list --limit 3')).err).toContain('\n  elasticache-migrator preflight --help\n');
  });

  it('fit into a narrow terminal', async () => {
    service.views = [awaiting, promoted];

    for (const line of ['list', 'show test']) {
      const { out } = await ask(line, { env: { COLUMNS: '40' } });
      const lines = out.split('\n').filter((text) => !text.includes('elasticache-migrator '));
      expect(lines.filter((text) => text.length > 40)).toEqual([]);
    }
  });
});

describe('watch, piped', () => {
  it.each([
    ['completed', {}, 0],
    ['failed', {}, 1],
    ['timedOut', {}, 1],
    ['aborted', {}, 5],
    ['dryRunCompleted', { dryRunResult: { verdict: 'wouldStart', why: 'It would.', actions: [] } }, 0],
    ['dryRunCompleted', { dryRunResult: { verdict: 'wouldFail', why: 'It would not.', actions: [] } }, 1],
  ] as const)('ends with the exit code of the migration: %s %j', async (outcome, more, code) => {
    service.views = [aView({ ...promoted, status: outcome, outcome, ...more } as object)];
    const end = `Migration${outcome[0]?.toUpperCase()}${outcome.slice(1)}`;
    service.events = [
      { at: at(60), detailType: end, detail: { metadata: { id: 'e' }, data: { statusReason: 'Over.' } } },
    ];

    const ran = await ask(`watch ${ID}`);

    expect(ran.code).toBe(code);
    expect(ran.out).toContain('Over.');
    expect(ran.out).not.toContain('\u001b');
  });

  it('ends well at the status that is waited for', async () => {
    service.views = [awaiting];

    expect((await ask(`watch test --until awaitingCutover --json`)).code).toBe(0);
  });

  it('gives up when the time is over, and says that the migration goes on', async () => {
    service.views = [awaiting];

    const ran = await ask(`watch ${ID} --timeout 0.05`, { env: { COLUMNS: '200' } });

    expect(ran).toMatchObject({ code: 4, err: expect.stringContaining('goes on without being watched') });
  });

  it('gives up when the time is over before the first answer, too', async () => {
    service.isSilent = true;
    const ran = await ask(`watch ${ID} --timeout 0.05 --json`);

    expect(ran.code).toBe(4);
    expect(JSON.parse(ran.out).error).toMatchObject({
      code: 'watch-timeout',
      problems: [`The API has not shown ${ID} within 0.05 s: how it goes is not known.`],
      next: [expect.stringContaining(`watch ${ID} --endpoint`)],
    });
  });

  it.each(PHASES)('leaves the migration alone at Ctrl-C: %s', async (phase) => {
    service.views = [aView({ ...awaiting, phase })];
    const { signal, press } = ctrlC();
    service.instead = ({ url }) => {
      if (!url.includes('timeline')) return undefined;
      setTimeout(press, 5);
      return undefined;
    };

    const ran = await ask(`watch ${ID}`, { signal });

    expect(ran).toMatchObject({ code: 130, err: expect.stringContaining('Left alone') });
    expect(ran.err).toContain(`watch ${ID} --endpoint`);
    expect(service.posted()).toEqual([]);
  });

  it('tells one document a line, and keeps on while the API is away', async () => {
    let asked = 0;
    service.views = [awaiting];
    service.instead = ({ url }) => {
      if (url.includes('timeline')) return undefined;
      asked += 1;
      if (asked === 2) return { status: 503, body: { message: 'Service Unavailable' } };
      if (asked === 3) service.views = [promoted];
      return undefined;
    };
    service.events = [{ at: at(60), detailType: 'MigrationCompleted', detail: { metadata: { id: 'e' }, data: {} } }];

    const ran = await ask(`watch ${ID} --json`);

    const lines = ran.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    for (const line of lines) expectSchema('watch-line', line);
    expect(lines.map(({ type }) => type)).toEqual(['event', 'view', 'away', 'view', 'back', 'end']);
    expect(lines.at(-1)).toMatchObject({ status: 'completed', exitCode: 0 });
    expect(ran.code).toBe(0);
  });
});

describe('what goes wrong', () => {
  it.each([
    [403, { message: 'Forbidden' }, 3],
    [429, { message: 'Too Many Requests' }, 4],
    [503, { message: 'Service Unavailable' }, 4],
  ])('is told apart for a script: API Gateway answers %i', async (status, body, code) => {
    service.instead = () => ({ status, body });

    const ran = await ask('list --json');

    expect(ran.code).toBe(code);
    expectSchema('error', JSON.parse(ran.out));
    expect(JSON.parse(ran.out)).toEqual({
      error: { code: 'gateway-refused', exitCode: code, problems: [expect.any(String)], next: expect.any(Array) },
    });
  });

  it('is no migration when there is none', async () => {
    const ran = await ask('show nobody');

    expect(ran).toMatchObject({ code: 3, err: expect.stringContaining('There is no migration nobody') });
  });

  it('is an address that nobody serves', async () => {
    await service.close();
    const ran = await ask('list');
    service = await startService();

    expect(ran).toMatchObject({ code: 4, out: '', err: expect.stringContaining('cannot be reached') });
  });

  it.each([
    [['lst'], 'list'],
    [['list', '--colour'], '--colour'],
    [['show'], 'migration'],
    [['start', '--cutover', 'maybe'], 'manual'],
    [['watch', 'a', '--timeout', 'x'], '--timeout'],
    [['list', '--endpoint', 'ftp://x'], 'http'],
    [['list', '--endpoint', 'http://x', '--stack', 's'], '--stack'],
    [['list', '--region', 'eu-west-1'], '--stack'],
    [['start', '-f', '/nowhere.json'], '/nowhere.json'],
    [['completion', 'tcsh'], 'bash'],
  ])('is asked for wrongly: %j', async (args, named) => {
    const ran = await runHere(args, { env: { COLUMNS: '200' } });

    expect(ran).toMatchObject({ code: 2, out: '', err: expect.stringContaining(named) });
  });

  it.each([
    ['http://me:secret@h/', 'cannot have a user or a password: name it as http://h/'],
    ['http://:secret@h/', 'cannot have a user or a password'],
    ['http://h/a?key=secret', 'cannot have a query or a fragment: name it as http://h/a'],
    ['ftp://me:a/secret@h', 'has to be an http or https URL: ftp://…@h'],
  ])('is an address with more than an address: %s', async (url, problem) => {
    const ran = await runHere(['list', '--endpoint', url], { env: { COLUMNS: '200' } });

    expect(ran).toMatchObject({ code: 2, err: expect.stringContaining(problem) });
    expect(ran.err).not.toContain('secret');
  });

  it('has a page to read only where its code is one', async () => {
    service.instead = () => problem(409, 'a b; rm -rf', 'No.');

    expect(JSON.parse((await ask('list --json')).out).error).toMatchObject({ code: 'a b; rm -rf', next: [] });
  });

  it('is nothing said at all: help, on the side, and a code for a script', async () => {
    expect(await runHere([])).toMatchObject({ code: 2, out: '', err: expect.stringContaining('Usage:') });
  });

  it('names the environment over the default, and an option over both', async () => {
    const env = { ELASTICACHE_MIGRATOR_ENDPOINT: 'http://127.0.0.1:9', ELASTICACHE_MIGRATOR_STACK: '' };

    expect((await runHere(['list'], { env })).err).toContain('127.0.0.1:9');
    expect((await ask('list', { env })).code).toBe(0);
    expect(DEFAULT_ENDPOINT).toBe('http://127.0.0.1:3000');
  });
});

describe('help', () => {
  it('has no colours in a pipe, has them when they are asked for, and never against NO_COLOR', async () => {
    const help = async (env: Record<string, string>) => (await runHere(['--help'], { env })).out;

    expect(await help({})).not.toContain('\u001b[');
    expect(await help({ FORCE_COLOR: '1' })).toContain('\u001b[1m');
    expect(await help({ FORCE_COLOR: '0' })).not.toContain('\u001b[');
    expect(await help({ FORCE_COLOR: '1', NO_COLOR: '1' })).not.toContain('\u001b[');
  });

  it.each(['--help', 'help start', 'help list', 'help watch', 'help certificate check', 'help doctor', 'help verify'])(
    'fits into 40 columns, but for what is pasted: %s',
    async (line) => {
      const { out } = await runHere(line.split(' '), { env: { COLUMNS: '40' } });
      const words = out.split('\n').filter((text) => !/elasticache-migrator |^ +aws /.test(text));

      expect(words.filter((text) => text.length > 40)).toEqual([]);
      expect(words.length).toBeGreaterThan(10);
    },
  );

  it('teaches every command by examples', async () => {
    const { out } = await runHere(['--help']);
    const commands = [...out.matchAll(/^ {2}([a-z]+) .*/gm)]
      .map(([, name = '']) => name)
      .filter((name) => name !== 'help');

    expect(commands).toContain('cutover');
    for (const command of commands.filter((name) => name !== 'elasticache'))
      expect((await runHere([command, '--help'])).out).toMatch(/Examples?:\n[\s\S]*elasticache-migrator /);
  });
});

describe('hostile texts', () => {
  const EVIL = '\u001b[2J\u001b]0;owned\u0007\u009b31mred\u202eevil\r\nforged line';
  const controls = /(?!\n)\p{Cc}|\p{Cf}/u;

  it.each([
    'list',
    `show ${ID}`,
    `show ${ID} --findings --events`,
    `watch ${ID}`,
    'list --json',
    `show ${ID} --json`,
    `watch ${ID} --json`,
  ])('reach no terminal as they are: %s', async (line) => {
    const finding = {
      id: EVIL,
      severity: 'warning',
      title: EVIL,
      found: EVIL,
      required: EVIL,
      remedy: [EVIL],
      because: { text: EVIL },
    };
    service.views = [
      aView({
        ...promoted,
        statusReason: EVIL,
        reason: EVIL,
        replicationGroupId: EVIL,
        source: { address: EVIL, port: 1 },
        waivers: [EVIL] as never,
        failure: { error: EVIL, cause: EVIL },
        preflight: {
          verdict: 'failed',
          checks: 1,
          checkedAt: at(1),
          findings: [finding],
          waivers: [],
          figures: {},
          forecast: { verdict: 'pass', why: EVIL, remedy: [EVIL] },
        } as never,
      }),
    ];
    service.events = [
      {
        at: at(60),
        detailType: `MigrationCompleted`,
        detail: { metadata: { id: EVIL }, data: { statusReason: EVIL } },
      },
    ];

    const { out, err } = await ask(line, { env: { FORCE_COLOR: '' } });

    expect(out).toContain('owned');
    expect(out).not.toMatch(controls);
    expect(err).not.toMatch(controls);
    expect(out.split('\n').filter((text) => text.startsWith('forged'))).toEqual([]);
  });

  it('keep their meaning in documents', async () => {
    service.views = [aView({ reason: EVIL })];

    expect(JSON.parse((await ask(`show ${ID} --json`)).out).reason).toBe(EVIL);
  });

  it('reach no terminal as the API refuses', async () => {
    service.instead = () => problem(409, 'action-not-allowed', EVIL, { allowedActions: [EVIL] });

    const { err } = await ask('list');

    expect(err).toContain('owned');
    expect(err).not.toMatch(controls);
  });

  it('cannot break out of a command that is pasted', async () => {
    service.views = [aView({ migrationId: "a'; rm -rf ~; '" })];

    expect((await ask('list --json')).code).toBe(0);
    const { out } = await runHere(['show', "a'; rm -rf ~; '", '--endpoint', service.url]);
    expect(out).toContain(`watch 'a'\\''; rm -rf ~; '\\''' --endpoint`);
  });
});
