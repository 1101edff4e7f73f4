import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SIGNALS } from '../../cli/exit-codes.ts';
import { isUnsent } from '../../cli/passing.ts';
import { ApiUnreachableError } from '../../client/errors.ts';
import { aView } from '../console/migration/views.ts';
import { ctrlC, runHere } from './support/io.ts';
import { expectSchema } from './support/schema.ts';
import { type Service, startService } from './support/service.ts';
import { pasted, split } from './support/words.ts';

const ACTS = ['cutover', 'abort', 'confirm', 'rollback', 'unfence', 'close'] as const;
const view = aView({ allowedActions: [...ACTS] });
const ID = view.migrationId;
const REQUEST = "--replication-group-id test --source 10.0.0.5:6379 --reason 'it is due'";

let service: Service;
beforeEach(async () => {
  service = await startService();
  service.views = [view];
});
afterEach(() => service.close());

const MODES = [
  ['Ctrl-C', SIGNALS.SIGINT],
  ['SIGTERM', SIGNALS.SIGTERM],
  ['SIGHUP', SIGNALS.SIGHUP],
] as const;

/** Runs a command that is interrupted when its request has arrived, and is not answered yet. */
const interrupted = async (line: string, exitCode?: (typeof SIGNALS)[keyof typeof SIGNALS], stdin?: string) => {
  const { signal, press } = ctrlC(exitCode);
  service.instead = ({ method }) => {
    if (method === 'POST') press();
    return undefined;
  };
  const args = [...split(line), '--endpoint', service.url];
  return runHere(args, { env: { COLUMNS: '200' }, signal, ...(stdin !== undefined && { stdin }) });
};

describe('a request that is interrupted on its way', () => {
  it.each(ACTS)('may have arrived, and is to be looked for: %s', async (act) => {
    const ran = await interrupted(`${act} ${ID} --yes --reason because`);

    expect(service.posted()).toHaveLength(1);
    expect(ran.code).toBe(130);
    expect(ran.err).toMatch(/Whether it has arrived is not known: look before you ask again/);
    expect(ran.err).toContain(`  elasticache-migrator show ${ID} --endpoint ${service.url}\n`);
  });

  it('may have begun a migration: the command to paste has its key, and starts nothing twice', async () => {
    const ran = await interrupted(`start ${REQUEST}`);
    const command = /^ {2}(elasticache-migrator start .*)$/m.exec(ran.err)?.[1] ?? '';
    service.instead = undefined;
    const repeated = await runHere((await pasted(command)).slice(1));

    const [first, second] = service.posted();
    expect(ran.code).toBe(130);
    expect(ran.err).toMatch(/Whether the migration was accepted is not known/);
    expect(ran.err).toContain(`show test --endpoint ${service.url}`);
    expect(repeated.code).toBe(0);
    expect(second).toEqual(first);
    expect(first?.key).toMatch(/^[\w-]{36}$/);
  });

  it('is repeated under the key that was given', async () => {
    const { err } = await interrupted(`start ${REQUEST} --idempotency-key change-1`);

    expect(err.match(/--idempotency-key change-1/g)).toHaveLength(1);
  });

  it('is written out where it came by standard input', async () => {
    const request = { replicationGroupId: 'test', customerNodeEndpointList: [], reason: "it's\n\u009bdue" };
    const ran = await interrupted('start -f - --idempotency-key k', undefined, JSON.stringify(request));
    const [, text = ''] = /printf %s (.*) \| elasticache-migrator start -f - --idempotency-key k /.exec(ran.err) ?? [];

    expect(JSON.parse((await pasted(text))[0] ?? '')).toEqual(request);
  });

  it('starts nothing where it is a dry run: no key is spoken of', async () => {
    const { err, code } = await interrupted(`preflight ${REQUEST}`);

    expect(code).toBe(130);
    expect(err).toContain('  elasticache-migrator preflight --replication-group-id test');
    expect(err).not.toContain('idempotency');
  });

  it.each(MODES)('tells the same exit code to a shell and in its document: %s', async (_, exitCode) => {
    for (const line of [`cutover ${ID} --yes --json`, `start ${REQUEST} --json`, `preflight ${REQUEST} --json`]) {
      const ran = await interrupted(line, exitCode);

      expectSchema('error', JSON.parse(ran.out));
      expect([ran.code, JSON.parse(ran.out).error.exitCode]).toEqual([exitCode, exitCode]);
    }
  });
});

describe('a request that has surely not arrived', () => {
  it('is not told to be in doubt: nobody listens', async () => {
    const { url } = service;
    await service.close();
    const ran = await runHere([...split(`start ${REQUEST}`), '--endpoint', url]);
    service = await startService();

    expect(ran.code).toBe(4);
    expect(ran.err).toContain('cannot be reached');
    expect(ran.err).not.toContain('not known');
  });

  it('is not told to be in doubt: the port is none to ask', async () => {
    const ran = await runHere([...split(`start ${REQUEST}`), '--endpoint', 'http://127.0.0.1:1'], {
      env: { COLUMNS: '300' },
    });

    expect(ran.code).toBe(4);
    expect(ran.err).toContain('no HTTP client asks a server at this port');
    expect(ran.err).not.toContain('not known');
  });

  it('is told apart from one that was cut off on its way', () => {
    const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
    const cut = Object.assign(new Error('read'), { code: 'ECONNRESET' });
    const failed = (cause: Error) => new ApiUnreachableError('http://a', new TypeError('fetch failed', { cause }));

    expect([failed(refused), failed(cut), new Error('x'), undefined].map(isUnsent)).toEqual([
      true,
      false,
      false,
      false,
    ]);
  });
});

describe('an interruption', () => {
  it.each(MODES)('of a watch has the exit code of its signal: %s', async (_, exitCode) => {
    const { signal, press } = ctrlC(exitCode);
    service.instead = ({ url }) => {
      if (url.includes('timeline')) setTimeout(press, 5);
      return undefined;
    };
    const ran = await runHere(['watch', ID, '--json', '--endpoint', service.url], { signal });

    expect(ran.code).toBe(exitCode);
    // A document a line, to the end.
    const last = JSON.parse(ran.out.trim().split('\n').at(-1) ?? '');
    expectSchema('error', last);
    expect(last.error.exitCode).toBe(exitCode);
  });

  it.runIf(process.platform !== 'win32')('ends a wait for a pipe that is named as a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cli-pipe-'));
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    for (const line of [`start -f ${pipe}`, `certificate check ${pipe}`, `certificate check - --public-key ${pipe}`]) {
      const { signal, press } = ctrlC();
      setTimeout(press, 5);

      expect(await runHere(split(line), { signal, stdin: '{}' })).toMatchObject({ code: 130, err: 'Interrupted.\n' });
    }
    const args = ['show', ID, '--token-file', pipe, '--endpoint', service.url];

    expect((await runHere(args, { env: { COLUMNS: '300' } })).err).toContain('is no file that can be read again');
    await rm(folder, { recursive: true });
  });

  it('before anything is sent ends doctor and a wait for standard input, too', async () => {
    for (const line of [`doctor --endpoint ${service.url}`, 'start -f -', 'certificate check -']) {
      const { signal, press } = ctrlC();
      service.instead = () => {
        press();
        return undefined;
      };
      if (!line.startsWith('doctor')) setTimeout(press, 5);

      expect(await runHere(split(line), { signal, stdin: null })).toMatchObject({
        code: 130,
        out: '',
        err: 'Interrupted.\n',
      });
    }
  });
});
