import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { shellWord } from '../../cli/terminal/safe.ts';
import { at, aView } from '../console/migration/views.ts';
import { ctrlC, type RunOptions, runHere } from './support/io.ts';
import { problem, type Service, startService } from './support/service.ts';
import { pasted, split } from './support/words.ts';

const awaiting = aView({ status: 'awaitingCutover', phase: 'awaitingCutover', allowedActions: ['cutover', 'abort'] });
const ID = awaiting.migrationId;

let service: Service;
beforeEach(async () => {
  service = await startService();
  service.views = [awaiting];
});
afterEach(() => service.close());

/** What stands to be pasted after a failure, or beside what was asked for. */
const nextOf = (text: string): string[] => [...text.matchAll(/^ {2}(\S.*)$/gm)].map(([, line = '']) => line);

const ask = (line: string, options: RunOptions = {}) =>
  runHere([...split(line), '--endpoint', service.url], { env: { COLUMNS: '300' }, ...options });

describe('a shell', () => {
  const WORDS = [
    '',
    'plain-word',
    "it's",
    '=cat',
    '~',
    '$(reboot)',
    'a`b`"c"\\d',
    '-x;rm -rf /',
    'two\nlines\tand\u001b[2J',
    '\u009b31m\u202eevil\\',
    '\u{e0001}tag',
    'für später ☃',
    '*?[a]{b,c}!1#',
  ];

  it('takes every word as it is when it is pasted, and shows nothing of it that a terminal would obey', async () => {
    const command = WORDS.map(shellWord).join(' ');

    expect(await pasted(command)).toEqual(WORDS);
    expect(command).not.toMatch(/\p{Cc}|\p{Cf}/u);
  });
});

describe('the next command', () => {
  it.each([
    ['show nobody', {}, 'list'],
    ['watch nobody', {}, 'list'],
    ['cutover nobody --yes', {}, 'list'],
    ['list', { status: 403, body: { message: 'Forbidden' } }, 'doctor'],
    ['show x', { status: 503, body: { message: 'Away' } }, 'doctor'],
    ['list', { status: 200, body: {} }, 'doctor'],
  ])('finds the same service: after %s', async (line, instead, verb) => {
    service.instead = () => ('status' in instead ? (instead as { status: number; body: object }) : undefined);
    const { err, code } = await ask(line);

    expect(code).toBeGreaterThan(0);
    expect(nextOf(err)).toEqual([`elasticache-migrator ${verb} --endpoint ${service.url}`]);
    expect(err).toMatch(/^See docs\/errors\.md#[a-z-]+$/m);
  });

  it('names stack, Region and profile, quoted for a shell', async () => {
    vi.stubEnv('AWS_CONFIG_FILE', '/nowhere');
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nowhere');
    const { err } = await runHere(['list', '--stack', 'a b', '--region', 'eu-west-1', '--profile', "o'brien"]);
    vi.unstubAllEnvs();

    expect(nextOf(err)).toEqual([
      "elasticache-migrator doctor --stack 'a b' --region eu-west-1 --profile 'o'\\''brien'",
    ]);
  });

  it('says all again that was typed, and adds what was missing', async () => {
    const { err } = await ask(`cutover ${ID} --waive verification-differences --reason 'change 4711' --json`);

    expect(nextOf(err)).toEqual([
      `elasticache-migrator cutover ${ID} --waive verification-differences --reason 'change 4711' --json --endpoint ${service.url} --yes`,
    ]);
  });

  it('is the same with the id, where a group was named for an act; it works as it stands', async () => {
    const { err } = await ask("abort test --yes --reason 'wrong source'");
    const [command = ''] = nextOf(err);
    const ran = await runHere((await pasted(command)).slice(1));

    expect(ran.code).toBe(0);
    expect(service.posted()).toMatchObject([{ path: `/migrations/${ID}/abort`, body: { reason: 'wrong source' } }]);
  });

  it('is what the API allows, where it refuses an act', async () => {
    service.instead = ({ method }) =>
      method === 'POST' ? problem(409, 'action-not-allowed', 'Too late', { allowedActions: ['abort'] }) : undefined;
    const { err } = await ask(`cutover ${ID} --yes`);

    expect(err).toContain('What is allowed now: abort.');
    expect(nextOf(err)).toEqual(
      ['abort', 'watch'].map((verb) => `elasticache-migrator ${verb} ${ID} --endpoint ${service.url}`),
    );
  });

  it('of an act has no reason that was made up: the act asks for it', async () => {
    const { out } = await ask(`show ${ID}`);

    expect(nextOf(out)).toContain(`elasticache-migrator abort ${ID} --endpoint ${service.url}`);
    expect(out).not.toContain('--reason');
  });

  it('waits for the same status when a watch was ended', async () => {
    const { signal, press } = ctrlC();
    service.instead = ({ url }) => {
      if (url.includes('timeline')) setTimeout(press, 5);
      return undefined;
    };
    const { err } = await ask(`watch ${ID} --until completed`, { signal });

    expect(nextOf(err)).toEqual([`elasticache-migrator watch ${ID} --until completed --endpoint ${service.url}`]);
  });

  it('is the page after the one that was read', async () => {
    service.instead = ({ url }) => ({
      status: 200,
      body: { migrations: [awaiting], ...(url.includes('b%20c') ? {} : { nextToken: 'b c' }) },
    });
    const { err } = await ask('list --limit 1 --next-token a');

    expect(nextOf(err)).toEqual([`elasticache-migrator list --limit 1 --endpoint ${service.url} --next-token 'b c'`]);
    expect((await runHere((await pasted(nextOf(err)[0] ?? '')).slice(1))).err).toBe('');
  });

  it.each([
    ['start', 'start --help'],
    ['preflight --sample-keys x', 'preflight --help'],
    ['list --colour', 'list --help'],
    ['lst', '--help'],
    ["'x;reboot'", '--help'],
  ])('teaches what was asked for wrongly: %s', async (line, next) => {
    expect(nextOf((await ask(line)).err)).toEqual([`elasticache-migrator ${next}`]);
  });

  it('of a dry run that would start is the start with all that it was checked with', async () => {
    service.views = [
      aView({
        ...awaiting,
        dryRun: true,
        outcome: 'dryRunCompleted',
        status: 'dryRunCompleted',
        allowedActions: [],
        stoppedAt: at(9),
        dryRunResult: { verdict: 'wouldStart', why: 'It would.', actions: [] },
        source: { address: 'fd00::5', port: 6380 },
        cutover: { mode: 'automatic', fence: 'none', drainBudgetMs: 500, quietSeconds: 5 },
        verification: { mode: 'sample', sampleKeys: 100, freshForMinutes: 5 },
        waivers: ['target-holds-data'],
        reason: "it's time",
      }),
    ];
    const { out } = await ask(`show ${ID}`);
    const ran = await runHere((await pasted(nextOf(out).find((line) => line.includes(' start ')) ?? '')).slice(1));

    expect(ran.code).toBe(0);
    expect(service.posted()[0]?.body).toEqual({
      replicationGroupId: 'test',
      customerNodeEndpointList: [{ address: 'fd00::5', port: 6380 }],
      cutover: { mode: 'automatic', fence: 'none', drainBudgetMs: 500, quietSeconds: 5 },
      verification: { mode: 'sample', sampleKeys: 100, freshForMinutes: 5 },
      waivers: ['target-holds-data'],
      reason: "it's time",
    });
  });
});
