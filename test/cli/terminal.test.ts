import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { MigrationView } from '../../functions/migration/view.ts';
import { at, aView, phases } from '../console/migration/views.ts';
import { isInstalled } from '../e2e/processes.ts';
import { buildInto, onTerminal, type Pty, type PtyOptions } from './support/pty.ts';
import { type Service, startService } from './support/service.ts';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Elsewhere script(1) takes other options. */
const isLinux = process.platform === 'linux' && (await isInstalled('script'));

/** As the package is installed elsewhere. */
let folder: string;
let main: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cli-'));
  main = await buildInto(join(folder, 'node_modules/elasticache-migrator'));
});
afterAll(() => rm(folder, { recursive: true }));

let service: Service;
let open: Pty[] = [];
beforeEach(async () => {
  service = await startService();
});
afterEach(async () => {
  for (const { child } of open) child.kill('SIGKILL');
  open = [];
  await service.close();
});

const on = (line: string, options: PtyOptions = {}): Pty => {
  const pty = onTerminal(main, [...line.split(' '), '--endpoint', service.url], options);
  open.push(pty);
  return pty;
};
const ID = aView().migrationId;
const copying = aView({
  status: 'syncing',
  statusReason: 'The full sync goes on.',
  phase: 'copying',
  waitingFor: 'the full sync of the source',
  allowedActions: ['abort'],
  phases: phases('queued 0, preflight 1, copying 5'),
  progress: {
    bytesCopied: 64 * 2 ** 20,
    bytesTotal: 128 * 2 ** 20,
    percent: 50,
    etaSeconds: 12,
    lagBytes: 2048,
    asOf: at(9),
  },
});
const awaiting = aView({
  ...copying,
  status: 'awaitingCutover',
  phase: 'awaitingCutover',
  waitingFor: 'the request for the cutover',
  allowedActions: ['cutover', 'abort'],
  phases: phases('queued 0, copying 5, awaitingCutover 9'),
});
const { progress, waitingFor, ...rest } = copying;
const completed = aView({
  ...rest,
  status: 'completed',
  statusReason: 'All is well.',
  phase: 'ended',
  outcome: 'completed',
  allowedActions: [],
});
const announced = (type: string, statusReason: string, second: number) => ({
  at: at(second),
  detailType: type,
  detail: { metadata: { id: `${second}` }, data: { statusReason } },
});

describe.runIf(isLinux)('watch on a terminal', () => {
  it('draws what goes on below what was announced, and leaves only the end', async () => {
    service.views = [copying];
    service.events = [announced('MigrationStarted', 'ElastiCache has accepted StartMigration.', 4)];
    const pty = on(`watch ${ID}`);
    const drawn = await pty.seen('50.0 %');
    service.events = [...service.events, announced('MigrationCompleted', 'Over.', 20)];
    service.views = [completed];
    const code = await pty.ended;
    const screen = pty.screen().join('\n');

    for (const text of [
      'Started',
      '[####',
      '64 MiB of 128 MiB copied',
      'about 12 s left',
      'lag 2 KiB',
      'Waits for the full sync of the source.',
      'Ctrl-C leaves the migration alone.',
    ])
      expect(drawn).toContain(text);
    expect(code).toBe(0);
    expect(screen).not.toMatch(/50\.0 %|Ctrl-C/);
    expect(screen).toMatch(/Started[\s\S]*Over\.[\s\S]*Completed\n {2}All is well\./);
    expect(screen.match(/Started/g)).toHaveLength(1);
    // The cursor is there again.
    expect(pty.raw().lastIndexOf('\u001b[?25h')).toBeGreaterThan(pty.raw().lastIndexOf('\u001b[?25l'));
  });

  it('keeps what it saw while the API is away, says so, and goes on when it is back; Ctrl-C leaves the migration alone', async () => {
    service.views = [copying];
    const pty = on(`watch ${ID}`);
    await pty.seen('50.0 %');
    service.instead = ({ request }) => {
      request.socket.destroy();
      return undefined;
    };
    const away = await pty.seen(/The API is away for[\s\S]*Next try in/);
    service.instead = undefined;
    service.views = [awaiting];
    await pty.seen('Awaiting cutover');
    const drawn = pty.screen().join('\n');
    pty.type('\x03');
    const code = await pty.ended;
    const screen = pty.screen().join('\n');

    expect(away).toContain('50.0 %');
    expect(away).toContain('What is shown is');
    expect(drawn).not.toContain('is away');
    expect(drawn).toContain(`cutover ${ID} --endpoint`);
    expect(code).toBe(130);
    expect(screen).toContain(`Left alone: ${ID} goes on without being watched.`);
    expect(screen).toContain(`watch ${ID} --endpoint`);
    expect(service.posted()).toEqual([]);
  });

  it('shows hostile texts in 40 columns, and obeys none', async () => {
    const evil = '\u001b[2J\u001b[1;1H\u009b2Kowned\u202e\r\nforged';
    service.views = [aView({ ...awaiting, waitingFor: evil })];
    service.events = [announced('MigrationStarted', evil, 4)];
    const pty = on(`watch ${ID}`, { columns: 40 });
    await pty.seen('Ctrl-C leaves');
    // Drawn a second time.
    service.views = [aView({ ...awaiting, waitingFor: `${evil} again` })];
    const screen = await pty.seen('again');

    expect(screen).toContain('\\u001b[2J');
    expect(screen).not.toMatch(/^forged/m);
    // The command to paste is one line, which the terminal alone has wrapped, and it stands there once.
    expect(
      pty.raw().match(new RegExp(`  .{0,9}elasticache-migrator cutover ${ID} --endpoint ${service.url}`, 'g')),
    ).toHaveLength(1);
    // Nothing was drawn over, or twice: every line was as long as it was thought to be.
    expect(screen.match(/Waits for/g)).toHaveLength(1);
    expect(screen.match(/Awaiting cutover/g)).toHaveLength(1);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not come
    expect(pty.raw()).not.toMatch(/\u001b\[2J|\u001b\[1;1H|\u009b|\u202e/);
  });
});

describe.runIf(isLinux)('an act on a terminal', () => {
  beforeEach(() => {
    service.views = [awaiting];
  });

  it('says what it will do, asks for the name of the group, and sends nothing for another', async () => {
    const pty = on(`cutover ${ID}`);
    const asked = await pty.seen('to go on:');
    pty.type('tets\r');

    expect(await pty.ended).toBe(3);
    expect(asked).toMatch(/Cut over test[\s\S]*CompleteMigration is sent[\s\S]*Afterwards[\s\S]*no abort/);
    expect(pty.screen().join('\n')).toContain('Nothing was sent.');
    expect(service.posted()).toEqual([]);
  });

  it('is sent when the name is typed, with the reason that is asked for', async () => {
    const pty = on(`abort ${ID}`);
    await pty.seen('to go on:');
    pty.type('test\r');
    await pty.seen('Why');
    pty.type('wrong source\r');

    expect(await pty.ended).toBe(0);
    expect(service.posted()).toMatchObject([{ path: `/migrations/${ID}/abort`, body: { reason: 'wrong source' } }]);
  });

  it('names the waiver that the comparison needs, also where another one is given', async () => {
    const { verification } = awaiting;
    const report = { verdict: 'different', verifiedAt: at(40) } as MigrationView['verification']['report'];
    service.views = [{ ...awaiting, verification: { ...verification, ...(report && { report }) } }];
    const pty = on(`cutover ${ID} --waive users-included --reason looked`);
    const asked = await pty.seen('to go on:');
    pty.type('\x03');

    expect(await pty.ended).toBe(130);
    expect(asked).toMatch(/--waive\s+verification-differences/);
  });

  it('sends nothing at Ctrl-C', async () => {
    const pty = on(`cutover ${ID}`);
    await pty.seen('to go on:');
    pty.type('\x03');

    expect(await pty.ended).toBe(130);
    expect(service.posted()).toEqual([]);
  });
});

describe.runIf(isLinux)('certificate check on a terminal', () => {
  it('says that it reads what is typed', async () => {
    const pty = onTerminal(main, ['certificate', 'check', '-']);
    open.push(pty);
    await pty.seen('Reads the certificate from standard input, until Ctrl-D.');
    pty.type('{}\r\x04');

    expect(await pty.ended).toBe(2);
    expect(pty.screen().join('\n')).toContain('holds no certificate');
  });
});

/** Without what npm puts there: the Node of whoever installs the package. */
const PATH = (process.env.PATH ?? '')
  .split(delimiter)
  .filter((folder) => !folder.includes('node_modules'))
  .join(delimiter);

/** With pipes, which here are sockets. */
const started = (line: string) => spawn(process.execPath, [main, ...line.split(' '), ...endpointFor(line)]);
const endpointFor = (line: string): string[] => (line.startsWith('certificate') ? [] : ['--endpoint', service.url]);
const codeOf = async (child: ChildProcess): Promise<number> => (await once(child, 'close'))[0];

describe('the built command', () => {
  it('runs from below node_modules, alone, on whichever Node is there', async () => {
    const { bin, files } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
    const ran = await run(main, ['list', '--endpoint', service.url], { env: { PATH } });

    expect(ran.stderr).toContain('No migrations');
    expect(files).toContain(dirname(bin['elasticache-migrator']));
  });

  it('ends quietly, as by SIGPIPE, when its reader has read enough', async () => {
    service.views = Array.from({ length: 2000 }, () => copying);
    const { stdout, stderr } = await run('bash', [
      '-c',
      `${process.execPath} ${main} list --endpoint ${service.url} | head -1; echo "\${PIPESTATUS[0]}"`,
    ]);

    expect(stdout).toMatch(/^MIGRATION.*\n141\n$/);
    expect(stderr).toBe('');
  });

  it.each([
    ['show nobody', 3, ''],
    ['start --replication-group-id test --source 10.0.0.5', 0, 'Accepted: test-000000000001\n'],
  ])('goes on when nobody reads what it says beside, and ends with its own code: %s', async (line, code, out) => {
    const child = started(line);
    child.stderr.destroy();
    const said = text(child.stdout);

    expect(await codeOf(child)).toBe(code);
    expect(await said).toBe(out);
  });

  it('that is told to end in the middle of a start ends with 143, and tells so', async () => {
    const child = started('start --json --replication-group-id test --source 10.0.0.5');
    service.instead = ({ method }) => {
      if (method === 'POST') child.kill('SIGTERM');
      // Its answer comes too late, if it comes.
      return undefined;
    };
    service.delayMs = 5000;
    const said = text(child.stdout);

    expect(await codeOf(child)).toBe(143);
    expect(JSON.parse(await said).error).toMatchObject({
      code: 'interrupted',
      exitCode: 143,
      next: [expect.stringContaining(' --idempotency-key '), expect.stringContaining(' show test ')],
    });
  });

  it('reads a certificate from a socket', async () => {
    const child = started('certificate check -');
    const said = text(child.stderr);
    child.stdin.end('\ufeff{}');

    expect(await codeOf(child)).toBe(2);
    expect(await said).toBe('Standard input holds no certificate\n');
  });

  it('reads YAML, also as it is built', async () => {
    const file = join(folder, 'skeleton.yaml');
    await writeFile(file, 'ReplicationGroupId: [not a group]\n');
    const refused = await run(process.execPath, [main, 'start', '-f', file, '--endpoint', service.url]).catch(
      (error) => error,
    );

    expect(`${refused.stdout}${refused.stderr}`).not.toMatch(/neither JSON nor YAML|is not a function/);
  });
});
