import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SCRIPTS } from '../../cli/completion/scripts.ts';
import { aView } from '../console/migration/views.ts';
import { isInstalled } from '../e2e/processes.ts';
import { runHere } from './support/io.ts';
import { buildInto, runOnTerminal } from './support/pty.ts';
import { type Service, startService } from './support/service.ts';

const ID = aView().migrationId;
let service: Service;
beforeEach(async () => {
  service = await startService();
  service.views = [aView()];
});
afterEach(() => service.close());

const completed = async (...words: string[]): Promise<string[]> => {
  const env = { ELASTICACHE_MIGRATOR_ENDPOINT: service.url };
  const { out, err, code } = await runHere(['complete', '--', ...words], { env });
  expect({ err, code }).toEqual({ err: '', code: 0 });
  return out
    .trim()
    .split('\n')
    .map((text) => text.split('\t')[0] ?? '');
};

describe('completion', () => {
  it.each([
    [['cut'], 'cutover'],
    [['help', 'cut'], 'cutover'],
    [['start', '--fen'], '--fence'],
    [['start', '--fence', ''], 'acl'],
    [['start', '--fence=a'], 'acl'],
    [['start', '--waive', 'target-h'], 'target-holds-data'],
    [['cutover', ID, '--waive', 'users-included', '--waive', 'mod'], 'modules-loaded-twice'],
    [['watch', ''], ID],
    [['watch', '--timeout=5', '--json', 'te'], ID],
    [['cutover', '--reason', 'a b', ''], ID],
    [['certificate', ''], 'check'],
    [['completion', ''], 'fish'],
  ])('knows commands, options, their values, waivers and ids: %j', async (words, offered) => {
    const found = await completed(...words);

    expect(found).toContain(offered);
    expect(found.at(-1)).toBe(':4');
  });

  it.each([
    ['start', '-f', ''],
    ['preflight', '--file=re'],
    ['list', '--token-file', ''],
    ['verify', '--checkpoint', ''],
    ['certificate', 'check', ''],
    ['certificate', 'check', '--public-key', 'k'],
  ])('leaves files to the shell: %s', async (...words) => {
    expect(await completed(...words)).toEqual([':0']);
  });

  it('asks the service only where an id can stand', async () => {
    await completed('watch', '--u');
    await completed('watch', '--until', '');
    await completed('list', '');

    expect(service.received).toEqual([]);
  });

  it('offers no name that a shell would run', async () => {
    service.views = [aView({ migrationId: 'a$(reboot)' }), aView()];

    expect(await completed('watch', '')).toEqual([ID, ':4']);
  });

  it('says nothing where nobody answers', async () => {
    await service.close();
    expect(await completed('watch', '')).toEqual([':4']);
    service = await startService();
  });

  it('runs nothing that is only typed, and takes words apart nowhere', () => {
    for (const script of Object.values(SCRIPTS)) expect(script).not.toMatch(/\beval\b|\$\{=|compgen -W/);
  });
});

type Shell = keyof typeof SCRIPTS;
const isInteractive = process.platform === 'linux' && (await isInstalled('script'));
const SHELLS: Record<Shell, string[]> = { bash: ['bash', '--norc', '-i'], zsh: ['zsh', '-f', '-i'], fish: [] };
const isThere: Record<Shell, boolean> = {
  bash: isInteractive && (await isInstalled('bash')),
  zsh: isInteractive && (await isInstalled('zsh')),
  fish: await isInstalled('fish'),
};

describe('in a real shell', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cli-'));
    const main = await buildInto(join(folder, 'built'));
    const command = join(folder, 'elasticache-migrator');
    await writeFile(command, `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`);
    await chmod(command, 0o755);
    await writeFile(join(folder, 'there is.json'), '{}');
    for (const [shell, script] of Object.entries(SCRIPTS)) await writeFile(join(folder, `for.${shell}`), script);
  });
  afterAll(() => rm(folder, { recursive: true }));

  const env = () => ({
    PATH: `${folder}${delimiter}${process.env.PATH}`,
    HOME: folder,
    LC_ALL: 'C.UTF-8',
    PS1: '> ',
  });
  /** What is typed before Tab is pressed, and what has to stand there then. */
  const lines = (): [typed: string, seen: RegExp][] => [
    ['elasticache-migrator cut', /migrator cutover/],
    ['elasticache-migrator start --fence=ac', /--fence=acl/],
    [`elasticache-migrator watch --endpoint=${service.url} --reason "$(touch ran)" te`, new RegExp(ID)],
    ['elasticache-migrator certificate check there', /there\\? is\.json/],
  ];
  const ran = () => promisify(execFile)('ls', [join(folder, 'ran')]);

  it.runIf(isThere.fish)('completes commands, values, ids and files, and runs nothing: fish', async () => {
    for (const [typed, seen] of lines()) {
      const press = ['-c', `source ${folder}/for.fish; complete -C "$argv[1]"`, typed];
      const { stdout, stderr } = await promisify(execFile)('fish', press, {
        env: { ...process.env, ...env() },
        cwd: folder,
      });

      expect(typed.replace(/\S+$/, '') + stdout).toMatch(seen);
      expect(stderr).toBe('');
    }
    await expect(ran()).rejects.toThrow();
  });

  it.each(['bash', 'zsh'] as const)(
    'completes commands, values, ids and files, and runs nothing: %s',
    async (shell) => {
      if (!isThere[shell]) return;
      const pty = runOnTerminal(SHELLS[shell], { columns: 200, env: env() });
      pty.type(`cd ${folder}; PS1='> '; . ./for.${shell}; . ./for.${shell}; echo sour''ced\r`);
      await pty.seen('sourced');
      for (const [typed, seen] of lines()) {
        pty.type(`${typed}\t`);
        await pty.seen(seen);
        pty.type('\x15');
      }
      pty.child.kill('SIGKILL');
      const screen = await pty.ended.then(() => pty.screen().join('\n'));

      expect(screen).not.toMatch(/not found|error|No such/i);
      await expect(ran()).rejects.toThrow();
    },
  );
});
