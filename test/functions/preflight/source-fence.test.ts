import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FenceChoice } from '../../../functions/migration/fence.ts';
import type { CheckId } from '../../../functions/migration/preflight.ts';
import type { FactName, FactValues } from '../../../functions/preflight/facts.ts';
import { bestFence } from '../../../functions/preflight/fence.ts';
import { judge } from '../../../functions/preflight/judge.ts';
import { ask, cleanFacts, someCircumstances, sourceConfig, sourceInfo } from '../support/facts.ts';

type Whole = { [N in FactName]?: { unreadable: string } | { moot: true } };
const factsOf = (version: string, whole: Whole = {}, values: Partial<FactValues> = {}) =>
  cleanFacts({ sourceInfo: sourceInfo({ redis_version: version }), ...values }, whole);

const noUsers: Whole = { sourceUsers: { unreadable: 'ERR unknown command ACL' } };
const noAclYet: Whole = { sourceUsers: { moot: true } };
const noConfig: Whole = { sourceConfig: { unreadable: 'ERR unknown command CONFIG' } };

describe('the rights of the user of a secret', () => {
  const found = (fence: FenceChoice, acl: string[], minReplicas: string[] = []) =>
    ask('fence-rights', { sourceInfo: sourceInfo(), fenceRights: { acl, minReplicas } }, { fence });

  it('have to do for the fence that is asked for', () => {
    expect(found('auto', ['ACL SETUSER', 'CLIENT KILL'])).toEqual({
      found: 'It may not call ACL SETUSER and CLIENT KILL.',
      remedy: [`redis-cli -h 10.0.0.5 -p 6379 ACL SETUSER "$USER_OF_THE_SECRET" '+acl|setuser' '+client|kill'`],
    });
    expect(found('minReplicas', ['ACL SETUSER'], ['CONFIG SET'])?.found).toBe('It may not call CONFIG SET.');
    expect(found('minReplicas', ['ACL SETUSER'])).toBeUndefined();
    expect(found('none', ['ACL SETUSER'], ['CONFIG SET'])).toBeUndefined();
    expect(found('auto', [])).toBeUndefined();
  });
});

describe('the best fence', () => {
  it.each<[string, Whole, string]>([
    ['7.0.15', {}, 'acl'],
    ['6.0.0', {}, 'acl'],
    ['6.0.0', noConfig, 'acl'],
    ['7.2.4', noUsers, 'minReplicas'],
    ['7.0.0', noUsers, 'minReplicas'],
    ['6.2.7', noUsers, 'minReplicas'],
    ['6.2.6', noUsers, 'none'],
    ['6.2.0', noUsers, 'none'],
    ['6.0.17', noUsers, 'minReplicas'],
    ['6.0.16', noUsers, 'none'],
    ['5.0.14', noAclYet, 'none'],
    ['2.8.24', noAclYet, 'none'],
    ['7.0.15', { ...noUsers, ...noConfig }, 'none'],
  ])('of %s with %o is %s', (version, whole, fence) => {
    expect(bestFence(factsOf(version, whole))).toBe(fence);
  });

  it('is not known of a source that was not read, or that has no version', () => {
    expect(bestFence(cleanFacts({}, { sourceInfo: { moot: true } }))).toBeUndefined();
    expect(bestFence(cleanFacts({ sourceInfo: sourceInfo({ redis_version: undefined }) }))).toBeUndefined();
  });

  it.each<[FenceChoice, string, Whole, CheckId[]]>([
    ['none', '5.0.14', noAclYet, []],
    ['none', '7.0.15', noUsers, []],
    ['acl', '7.0.15', {}, []],
    ['acl', '7.0.15', noUsers, ['fence-none']],
    ['acl', '5.0.14', noAclYet, ['fence-none']],
    ['minReplicas', '7.0.15', {}, ['fence-weak']],
    ['minReplicas', '7.0.15', noUsers, ['fence-weak']],
    ['minReplicas', '6.2.6', {}, ['fence-none']],
    ['minReplicas', '5.0.14', noAclYet, ['fence-none']],
  ])('that the request asks for, %s, of %s with %o leads to %j', (fence, version, whole, ids) => {
    const { findings } = judge(factsOf(version, whole), someCircumstances({ fence }), []);

    expect(findings.map(({ id }) => id).filter((id) => id.startsWith('fence-'))).toEqual(ids);
  });

  it('that is asked for and not possible ends the migration, no waiver helps, and what can be asked for is told', () => {
    const judged = judge(factsOf('7.0.15', noUsers), someCircumstances({ fence: 'acl' }), ['fence-none']);

    expect(judged.verdict).toBe('failed');
    expect(judged.findings.find(({ id }) => id === 'fence-none')).toMatchObject({
      found: expect.stringContaining('The request asks for acl, and the source allows minReplicas.'),
      remedy: expect.arrayContaining(['"cutover": {"fence":"auto"}']),
    });
    const none = judge(factsOf('5.0.14', noAclYet), someCircumstances(), []);
    expect(none.findings.find(({ id }) => id === 'fence-none')?.remedy).toEqual(['"cutover": {"fence":"none"}']);
  });

  it.each<[string, Whole, CheckId[]]>([
    ['7.0.15', {}, []],
    ['7.0.15', noUsers, ['fence-weak']],
    ['6.2.6', noUsers, ['fence-none']],
    ['5.0.14', noAclYet, ['fence-none']],
  ])('of %s with %o is a finding of at most one kind', (version, whole, ids) => {
    const { findings } = judge(factsOf(version, whole), someCircumstances(), []);

    expect(findings.map(({ id }) => id).filter((id) => id.startsWith('fence-'))).toEqual(ids);
  });
});

describe('the line that gives ACL its name back', () => {
  const remedy = (config_file: string) =>
    ask('fence-weak', { sourceInfo: sourceInfo({ config_file }), sourceUsers: undefined as unknown as string[] })
      ?.remedy;

  it('is there only where the file is known', () => {
    expect(remedy('/etc/redis.conf')).toEqual(["sed -i -E -e '/^ *rename-command +acl /Id' -- /etc/redis.conf"]);
    expect(remedy('')).toEqual([]);
  });
});

describe('a fence that lasts', () => {
  const lasting = (config_file: string | undefined, aclfile: string | undefined, users: string[] | undefined) =>
    ask('fence-not-durable', {
      sourceInfo: sourceInfo({ config_file }),
      sourceConfig: sourceConfig({ aclfile }),
      sourceUsers: users as string[],
    })?.found;

  it('needs a configuration file or an ACL file for ACL rules', () => {
    expect(lasting('/etc/redis.conf', '', ['default'])).toBeUndefined();
    expect(lasting('', '/etc/users.acl', ['default'])).toBeUndefined();
    expect(lasting('', '', ['default'])).toContain('config_file is empty, and so is aclfile');
    expect(lasting(undefined, undefined, ['default'])).toContain('config_file is empty');
  });

  it('needs a configuration file for min-replicas-to-write', () => {
    expect(lasting('/etc/redis.conf', '', undefined)).toBeUndefined();
    expect(lasting('', '/etc/users.acl', undefined)).toContain('config_file is empty:');
  });

  it('is not asked for where the request sets none', () => {
    const forgetful = { sourceInfo: sourceInfo({ config_file: '' }), sourceConfig: sourceConfig({ aclfile: '' }) };

    expect(ask('fence-not-durable', forgetful, { fence: 'none' })).toBeUndefined();
    expect(ask('fence-not-durable', forgetful, { fence: 'minReplicas' })?.found).toContain('config_file is empty:');
  });

  it('blocks where it would not last, unless that is waived', () => {
    const facts = cleanFacts({
      sourceInfo: sourceInfo({ config_file: '' }),
      sourceConfig: sourceConfig({ aclfile: '' }),
    });

    expect(judge(facts, someCircumstances(), []).verdict).toBe('failed');
    expect(judge(facts, someCircumstances(), ['fence-not-durable']).verdict).toBe('passed');
  });

  it('is not asked for where there is no fence', () => {
    expect(
      ask('fence-not-durable', {
        sourceInfo: sourceInfo({ redis_version: '5.0.14', config_file: '' }),
        sourceUsers: undefined as unknown as string[],
      }),
    ).toBeUndefined();
  });
});

describe('users of the source', () => {
  it('beside the default one are named', () => {
    expect(ask('acl-users', { sourceUsers: ['default'] })).toBeUndefined();
    expect(ask('acl-users', { sourceUsers: ['default', 'app', 'ops'] })?.found).toBe('2: app and ops.');
  });

  it.each<[string, Record<string, string>, Record<string, string>, boolean]>([
    ['in the configuration file, or in one that it includes', {}, {}, true],
    ['in the ACL file', {}, { aclfile: '/etc/redis/users.acl' }, false],
    ['of a server before 7.0, which takes a user twice', { redis_version: '6.2.14' }, {}, false],
    ['of a server without a file', { config_file: '' }, {}, false],
  ])('that are written a second time: %s', (_, info, config, isTold) => {
    const facts = {
      sourceInfo: sourceInfo({ redis_version: '7.0.15', config_file: '/etc/redis/redis.conf', ...info }),
      sourceConfig: sourceConfig({ aclfile: '', ...config }),
      sourceUsers: ['default', 'app'],
    };
    const finding = ask('users-included', facts);

    expect(finding !== undefined).toBe(isTold);
    if (isTold)
      expect(finding?.remedy[0]).toMatch(/^grep .*include\|user.* -- \/etc\/redis\/redis\.conf {3}# on the source's/);
    expect(ask('users-included', { ...facts, sourceUsers: ['default'] })).toBeUndefined();
    expect(ask('users-included', facts, { keepsNothing: true })).toBeUndefined();
    expect(ask('users-included', facts, { fence: 'none' })).toBeUndefined();
  });

  it.each<[string, Partial<FactValues>, string | undefined]>([
    ['is as it is by itself', { sourceRules: { characters: 20, defaultUser: 'plain' } }, undefined],
    ['is not known', { sourceRules: undefined as unknown as FactValues['sourceRules'] }, undefined],
    ['was declared', { sourceRules: { characters: 20, defaultUser: 'declared' } }, 'The user default was declared'],
    ['was changed', { sourceRules: { characters: 20, defaultUser: 'changed' } }, 'The user default has other rights'],
    ['may have others beside it', { sourceUsers: undefined as unknown as string[] }, 'ACL USERS was not answered.'],
  ])('of which default %s', (_, values, found) => {
    const finding = ask('users-included', { ...rewritten(), ...values });

    if (found === undefined) expect(finding).toBeUndefined();
    else expect(finding?.found).toContain(found);
  });

  it('that have more rules than the record of a fence holds are told, with their replicas', () => {
    const replica = { endpoint: { address: '10.0.0.6', port: 6379 } };
    const found = (characters: number, replicas: number, fence: FenceChoice = 'auto') =>
      ask(
        'fence-too-large',
        {
          sourceInfo: sourceInfo(),
          sourceRules: { characters, defaultUser: 'plain' },
          sourceReplicas: Array.from({ length: replicas }, () => replica),
        },
        { fence },
      );

    expect(found(290_000, 0)).toBeUndefined();
    expect(found(290_000, 1)?.found).toBe('Some 290000 characters on the source, 582000 with its replicas (1).');
    expect(found(300_000, 0)?.remedy[1]).toBe('"cutover": {"fence":"minReplicas"}');
    expect(found(300_000, 0, 'minReplicas')).toBeUndefined();
  });
});

/** Each as redis-server 7.0 took it; the last ones say something else. */
const LINES: [string, boolean][] = [
  ['include /etc/users.conf', true],
  ['\tINCLUDE\t"/etc/users.conf"', true],
  ['"include" /etc/users.conf', true],
  [" 'include' /etc/users.conf", true],
  ['inc"lude" /etc/users.conf', true],
  ['"\\x69nclude" /etc/users.conf', true],
  ['user app on nopass', true],
  ['# include /etc/users.conf', false],
  ['# "include" said Redis', false],
  ['userland yes', false],
  ['dir "/data"', false],
];

describe('the line that looks for what the file includes', () => {
  it.each(LINES)('finds what Redis takes, and nothing else: %j', async (line, isFound) => {
    const folder = await mkdtemp(join(tmpdir(), "it's "));
    const path = join(folder, 'redis.conf');
    await writeFile(path, `port 6379\n${line}\n`);
    const { remedy = [] } = ask('users-included', {
      ...rewritten({ config_file: path }),
      sourceUsers: ['default', 'app'],
    }) ?? { remedy: [] };
    const { stdout, status } = spawnSync('sh', ['-c', remedy[0] ?? 'exit 9'], { encoding: 'utf8' });
    await rm(folder, { recursive: true });

    expect([stdout, status]).toEqual(isFound ? [`2:${line}\n`, 0] : ['', 1]);
  });
});

/** A source whose fence CONFIG REWRITE would keep. */
const rewritten = (info: Record<string, string> = {}, config: Record<string, string> = {}) => ({
  sourceInfo: sourceInfo(info),
  sourceConfig: sourceConfig({ aclfile: '', ...config }),
  sourceUsers: ['default'],
});

describe('modules of the source', () => {
  const found = (facts: Partial<FactValues>, path: string | undefined = '/lib/tiny.so', keepsNothing = false) =>
    ask(
      'modules-loaded-twice',
      { ...facts, sourceModules: [{ name: 'tiny', ...(path !== '' && { path }) }] },
      { keepsNothing },
    )?.found;

  it('are told where the configuration file will have them a second time', () => {
    expect(found(rewritten())).toBe('Loaded: /lib/tiny.so. No command tells which file loads it.');
    expect(found(rewritten({ aof_enabled: '1' }, { aclfile: '/etc/users.acl' }))).toContain('Loaded');
    expect(found(rewritten({}, { aclfile: '/etc/users.acl' }))).toBeUndefined();
    expect(found(rewritten({ redis_version: '6.2.14' }))).toBeUndefined();
    expect(found(rewritten({ config_file: '' }))).toBeUndefined();
    expect(found(rewritten(), '/lib/tiny.so', true)).toBeUndefined();
  });

  it('that the image of Redis 8 loads are not to be moved, and have another way out', () => {
    const remedy = (path: string) =>
      ask('modules-loaded-twice', { ...rewritten(), sourceModules: [{ name: 'bf', path }] })?.remedy.join('\n');
    // As its entrypoint writes it.
    const ofImage = remedy('/usr/local/lib/redis/modules//redisbloom.so');

    expect(ofImage).toMatch(/entrypoint .* adds --loadmodule .* do not waive modules-loaded-twice/);
    expect(ofImage).toMatch(/aclfile.* Else waive fence-not-durable/);
    expect(remedy('/opt/redisbloom.so')).not.toContain('entrypoint');
  });

  it('that are to be kept out of the file by one of users need every user in it, default with its password too', () => {
    const users = { ...rewritten(), sourceUsers: ['default', 'app'] };
    const modules = { ...rewritten(), sourceModules: [{ name: 'bf', path: '/usr/local/lib/redis/modules/bf.so' }] };

    for (const finding of [ask('users-included', users), ask('modules-loaded-twice', modules)])
      expect(finding?.remedy).toContainEqual(
        expect.stringMatching(/every line that ACL LIST .* default .* requirepass/),
      );
  });

  it('that are built in are none', () => {
    expect(found(rewritten(), '')).toBeUndefined();
    expect(found(rewritten(), 'tiny')).toBeUndefined();
  });
});

describe('min-replicas-to-write that is set already', () => {
  const found = (facts: Partial<FactValues>, fence: FenceChoice = 'auto', keepsNothing = false) =>
    ask('min-replicas-set', facts, { fence, keepsNothing })?.found;
  const set = { 'min-replicas-to-write': '1' };

  it('is told where it is what keeps the fence', () => {
    expect(found(rewritten({ aof_enabled: '1' }, set))).toBe('It is 1.');
    expect(found(rewritten({}, set), 'minReplicas')).toBe('It is 1.');
    expect(found(rewritten({ redis_version: '6.2.7' }, { 'min-slaves-to-write': '2' }), 'minReplicas')).toBe(
      'It is 2.',
    );
  });

  it('is nothing to tell where rules are kept, or nothing is, or it is 0', () => {
    expect(found(rewritten({}, set))).toBeUndefined();
    expect(found(rewritten({ aof_enabled: '1', redis_version: '6.2.14' }, set))).toBeUndefined();
    expect(found(rewritten({ aof_enabled: '1' }, { 'min-replicas-to-write': '0' }))).toBeUndefined();
    expect(found(rewritten({ aof_enabled: '1' }, set), 'auto', true)).toBeUndefined();
    expect(found(rewritten({}, set), 'none')).toBeUndefined();
  });
});

describe('fence-not-durable, waived', () => {
  it('is told also where the fence could be kept, and nothing that a written file could do is told any more', () => {
    const facts = cleanFacts({ ...rewritten(), sourceUsers: ['default', 'app'] });
    const ids = (waivers: CheckId[]) => {
      const { verdict, findings } = judge(facts, someCircumstances(), waivers);
      return [verdict, ...findings.map(({ id, waived }) => `${id}${waived ? ' waived' : ''}`)];
    };

    expect(ids([])).toEqual(['failed', 'users-included', 'acl-users']);
    expect(ids(['users-included'])).toEqual(['passed', 'users-included waived', 'acl-users']);
    expect(ids(['fence-not-durable'])).toEqual(['passed', 'fence-not-durable waived', 'acl-users']);
  });
});
