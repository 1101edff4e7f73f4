import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runHere } from './support/io.ts';
import { split } from './support/words.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cli-'));
});
afterAll(() => rm(folder, { recursive: true }));

const ask = (line: string, stdin?: string) =>
  runHere(split(line), { env: { COLUMNS: '300' }, ...(stdin !== undefined && { stdin }) });

describe('help', () => {
  it.each(['help bogus', 'bogus --help', 'help lits --json'])(
    'of what is no command is a mistake: %s',
    async (line) => {
      const { code, err } = await ask(line);

      expect(code).toBe(2);
      expect(err).toMatch(/^Unknown command '(bogus|lits)'/);
      expect(err).not.toContain('outputHelp');
    },
  );

  it('suggests what may have been meant', async () => {
    expect((await ask('help lits')).err).toContain('list');
  });

  it.each([
    ['help', 'Migrating:'],
    ['help --help', 'Migrating:'],
    ['help cutover', 'elasticache-migrator cutover test-'],
    ['help certificate check', '--public-key'],
  ])('is told on standard output: %s', async (line, text) => {
    const { code, out, err } = await ask(line);

    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain(text);
  });

  it('is the answer to a command without its second word, and nothing else', async () => {
    const { code, out, err } = await ask('certificate');

    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/^Usage: elasticache-migrator certificate [\s\S]*4 could not tell\.\n$/);
  });

  it.each(['preflight', 'watch', 'verify', 'certificate', 'certificate check', 'doctor'])(
    'has the exit code of a mistake, too: %s',
    async (command) => {
      expect((await ask(`${command} --help`)).out).toMatch(/Exit code: .*\b2 \w+.*\b4 /);
    },
  );
});

describe('a file', () => {
  const REQUEST = '{"replicationGroupId":"test","cutover":"automatic","verification":[],"waivers":{"a":1}}';
  const MARKED = Buffer.from(`\ufeff${REQUEST}`);
  const WIDE = Buffer.from(`\ufeff${REQUEST}`, 'utf16le');
  it.each([
    ['UTF-8 with a byte order mark', MARKED],
    ['UTF-16, as PowerShell writes it', WIDE],
    ['UTF-16 the other way round', Buffer.from(WIDE).swap16()],
  ])('is read, and every problem of it is told at once: %s', async (_, bytes) => {
    const file = join(folder, 'request.json');
    await writeFile(file, bytes);
    const { code, err } = await ask(`start -f ${file} --fence acl --sample-keys many --waive b`);

    expect(code).toBe(2);
    for (const problem of [
      "The request's cutover has to be an object",
      "The request's verification has to be an object",
      "The request's waivers have to be a list",
      '--sample-keys has to be a whole number: many',
    ])
      expect(err).toContain(problem);
  });

  it.runIf(process.platform === 'linux').each([
    ['start --dry-run -f /dev/zero', '/dev/zero goes on after 64 KiB'],
    ['certificate check /dev/zero', '/dev/zero goes on after 4194304 bytes'],
    ['certificate check - --public-key /dev/zero', '/dev/zero goes on after 4194304 bytes'],
    ["certificate check ''", 'The name of a file is empty'],
  ])('that has no end, or no name, is not read: %s', async (line, problem) => {
    expect(await ask(line, '{}')).toMatchObject({ code: 2, err: expect.stringContaining(problem) });
  });

  it('that is a private key is none to check by', async () => {
    const file = join(folder, 'key.pem');
    const { privateKey } = generateKeyPairSync('ed25519');
    await writeFile(file, privateKey.export({ format: 'pem', type: 'pkcs8' }));

    expect(await ask(`certificate check - --public-key ${file}`, '{}')).toMatchObject({
      code: 2,
      err: expect.stringContaining('is a private key: give the public one'),
    });
  });

  it('with a mark is also read as a certificate', async () => {
    const file = join(folder, 'certificate.json');
    await writeFile(file, '\ufeff{}');

    expect((await ask(`certificate check ${file}`)).err).toBe(`${file} holds no certificate\n`);
  });

  it.each([
    ['', 'Standard input is empty'],
    ['{', 'Standard input is no JSON'],
    ['[]', 'Standard input holds no certificate'],
  ])('that is standard input is called so: %j', async (text, problem) => {
    expect(await ask('certificate check -', text)).toMatchObject({ code: 2, err: expect.stringContaining(problem) });
  });
});

describe('verify', () => {
  it('names each side that does not answer, with its address and what the network said', async () => {
    const both = await ask('verify redis://127.0.0.1:9 rediss://[::1]:10 --json');

    expect(both.code).toBe(4);
    expect(JSON.parse(both.out).error).toMatchObject({
      code: 'servers-away',
      problems: [
        expect.stringMatching(/^The source, 127\.0\.0\.1:9, does not answer: .*ECONNREFUSED/),
        expect.stringMatching(/^The target, \[::1\]:10 by TLS, does not answer: .*(ECONNREFUSED|EADDRNOTAVAIL)/),
      ],
    });
    expect(both.err).not.toContain('TIME to');
  });

  it('tells a name that is none, and never a password', async () => {
    const { err } = await ask('verify redis://me:secret@nowhere.invalid redis://127.0.0.1:9');

    expect(err).toMatch(/The source, nowhere\.invalid:6379, does not answer: .*(ENOTFOUND|EAI_AGAIN)/);
    expect(err).not.toContain('secret');
  });
});
