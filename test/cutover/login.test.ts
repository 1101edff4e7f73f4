import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../functions/adapters/clock.ts';
import { openKeyReader } from '../../functions/adapters/key-reader.ts';
import { redisProbe } from '../../functions/adapters/redis-probe.ts';
import { redisServers } from '../../functions/adapters/redis-servers.ts';
import { makeStragglerLook } from '../../functions/cutover/stragglers.ts';
import { makeGatherFacts } from '../../functions/preflight/gather/gather.ts';
import { reservePort } from '../../local/redis/ports.ts';
import { sectionOf, textOf } from '../docs/sources.ts';
import { groupOf, valueIn } from '../functions/preflight/gather/scene.ts';
import { makeAuthority } from '../functions/support/certificate.ts';
import { FakeSecrets } from '../functions/support/secrets.ts';
import { closeReaders, verifyWith } from '../verification/support/verify.ts';
import { type Link, startLinks, stopLinks } from './ledger/links.ts';
import { Connection, Refusal, type Reply } from './ledger/resp.ts';
import { engineFor } from './support/engine.ts';

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

const at = (port: number) => ({ address: '127.0.0.1', port });

/** What docs/source-credentials.md says that the user needs. */
const RULES = [...sectionOf(textOf('docs/source-credentials.md'), 'What the user needs').matchAll(/```\n([^`]+)```/g)]
  .flatMap(([, lines = '']) => lines.split(/\s+/))
  .filter((rule) => rule !== '');

interface Account {
  /** A new connection each time: a fence ends those that there are. @throws Refusal */
  admin<T extends Reply>(...command: string[]): Promise<T>;
  /** Of the application: the first word of a refusal, or the answer. */
  said(...command: string[]): Promise<unknown>;
}

/** A server on which the user default can only be followed, an application has a user, and this service another one. */
const prepare = async ({ port }: { port: number }, rules: readonly string[]): Promise<Account> => {
  const as = async (user: string, command: readonly string[]): Promise<Reply> => {
    const connection = await Connection.open(port);
    try {
      if (user !== 'default') await connection.ask('AUTH', user, user);
      return await connection.call(...command);
    } finally {
      connection.close();
    }
  };
  await as('default', ['ACL', 'SETUSER', 'admin', 'on', '>admin', '~*', '&*', '+@all']);
  const admin = async <T extends Reply>(...command: string[]): Promise<T> => {
    const reply = await as('admin', command);
    if (reply instanceof Refusal) throw reply;
    return reply as T;
  };
  await admin('ACL', 'SETUSER', 'app', 'on', '>app', '~*', '&*', '+@all');
  await admin('ACL', 'SETUSER', 'migrator', 'on', '>planted');
  const unknown: string[] = [];
  for (const rule of rules) {
    if ((await as('admin', ['ACL', 'SETUSER', 'migrator', rule])) instanceof Refusal) unknown.push(rule);
  }
  // What only newer servers know.
  expect(unknown.filter((rule) => !['+hpexpiretime', '+client|no-touch'].includes(rule))).toEqual([]);
  await admin('ACL', 'SETUSER', 'default', 'on', 'nopass', '-@all', '+ping', '+replconf', '+psync');
  return {
    admin,
    async said(...command) {
      const reply = await as('app', command);
      return reply instanceof Refusal ? reply.message.split(' ')[0] : reply;
    },
  };
};

const DATA: string[][] = [
  ['SET', 'text', 'value', 'EX', '1000'],
  ['HSET', 'hash', 'field', 'value'],
  ['RPUSH', 'list', 'a', 'b'],
  ['SADD', 'set', 'a', 'b'],
  ['ZADD', 'zset', '1', 'a'],
  ['XADD', 'stream', '*', 'field', 'value'],
];

/** A source that is met by TLS, its replica that is met in clear, and a target that takes no credentials. */
const startScene = async (rules: readonly string[] = RULES) => {
  const authority = makeAuthority();
  const folder = await mkdtemp(join(tmpdir(), 'elasticache-migrator-login-'));
  undo.push(() => rm(folder, { recursive: true }));
  const { key, cert } = authority.issue({ ips: ['127.0.0.1'] });
  const files = { 'tls-cert-file': cert, 'tls-key-file': key, 'tls-ca-cert-file': authority.cert };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  const config = Object.fromEntries(Object.keys(files).map((name) => [name, join(folder, name)]));
  const tls = await reservePort();
  undo.push(() => tls.release());
  const links = await startLinks(1, {
    sourceReplicas: 1,
    config: { ...config, 'tls-port': String(tls.port), 'tls-auth-clients': 'no' },
  });
  undo.push(() => stopLinks(links));
  const { source, sourceReplicas } = links[0] as Link;
  const [replica] = sourceReplicas as [(typeof sourceReplicas)[number]];
  const [onSource, onReplica] = [await prepare(source, rules), await prepare(replica, rules)];
  for (const command of DATA) await onSource.said(...command);
  const secretsWith = (password: string) => {
    const login = { username: 'migrator', password };
    return {
      source: { ...login, endpoints: [`127.0.0.1:${source.port}`], tls: { port: tls.port, ca: authority.cert } },
      replica: { ...login, endpoints: [`127.0.0.1:${replica.port}`] },
    };
  };
  const fake = new FakeSecrets(secretsWith('planted'));
  const dialler = fake.dialler({ inDoubt: 'refuse' });
  const engine = await engineFor(links, { dialler });
  return { link: links[0] as Link, replica, onSource, onReplica, fake, secretsWith, dialler, engine };
};

describe('a user with the rules of docs/source-credentials.md', () => {
  it('does for a whole migration, over TLS: the preflight, the watch, the verification, the fence and its lift', async () => {
    const { link, onSource, onReplica, fake, secretsWith, dialler, engine } = await startScene();
    const { source, target } = link;
    const servers = redisServers(Date.now, 10_000, undefined, dialler);

    const facts = await makeGatherFacts(
      {
        group: async () => groupOf([at(target.port)]),
        clusters: async () => [],
        parameters: async () => new Map(),
      },
      servers,
      systemClock,
      { sampleMs: 20, limitMs: 20_000 },
    )({ replicationGroupId: 'test', source: at(source.port) });
    const ofSource = Object.entries(facts).filter(([name]) => name !== 'parameters');
    expect(ofSource.filter(([, fact]) => 'unreadable' in fact)).toEqual([]);
    expect(facts.sourceReach).toEqual({ value: { state: 'open', detail: 'It answers in clear, without a password.' } });
    expect(valueIn(facts.sourceReplicas)).toContainEqual({ endpoint: at(link.sourceReplicas[0]?.port ?? 0) });

    expect(valueIn(facts.fenceRights)).toEqual({ acl: [], minReplicas: [] });
    // The knock by REPLCONF has made nobody a replica.
    expect(await onSource.admin<string>('INFO', 'replication')).toContain('connected_slaves:2\r\n');

    const probe = redisProbe(Date.now, dialler);
    expect(await probe.read(at(source.port))).toMatchObject({ role: 'master' });
    expect(await probe.replicaBuffers(at(source.port))).toHaveLength(2);
    expect(await probe.replicaSettings(at(source.port))).toHaveProperty('limit');
    probe.close();

    const reader = ({ port }: { port: number }) => openKeyReader({ host: '127.0.0.1', port }, dialler);
    const readers = { source: reader(source), target: reader(target) };
    expect((await readers.source.traits()).scripts).toBe(true);
    expect(await verifyWith(readers)).toMatchObject({ verdict: 'same' });
    closeReaders(readers);

    expect(await engine.cutOver({ waivers: ['users-included'] })).toMatchObject({ outcome: 'sent' });
    expect(await engine.fence()).toMatchObject({ phase: 'sealed', kind: 'acl' });
    for (const node of [onSource, onReplica]) expect(await node.said('PUBLISH', 'news', '1')).toBe('NOPERM');
    const look = await makeStragglerLook(servers, systemClock)(await engine.fence(), 0);
    expect(look.untold).toBeUndefined();
    expect(look.stragglers).toContainEqual(
      expect.objectContaining({ user: 'app', command: 'publish', kind: 'writes' }),
    );

    // In the middle of it the password is changed, on the servers first.
    for (const { admin } of [onSource, onReplica]) await admin('ACL', 'SETUSER', 'migrator', '<planted', '>rotated');
    fake.nowMs += 60_000;
    await expect(engine.unfence()).rejects.toThrow('it refuses the user and the password (WRONGPASS)');
    expect(await engine.fence()).not.toMatchObject({ phase: 'lifted' });
    for (const [name, secret] of Object.entries(secretsWith('rotated'))) fake.put(name, secret);
    fake.nowMs += 5000;
    expect(await engine.unfence()).toBe('lifted');
    expect(await onSource.said('SET', 'text', 'again')).toBe('OK');

    for (const { admin } of [onSource, onReplica]) {
      const entries = await admin<(string | number)[][]>('ACL', 'LOG');
      const told = entries.map(toFields);
      const refused = told.filter(({ username, reason }) => username === 'migrator' && reason !== 'auth');
      expect(refused.map(({ object }) => object)).toEqual([]);
      // The log does tell: of the application.
      expect(told.some(({ username, object }) => username === 'app' && object === 'publish')).toBe(true);
    }
  });

  it('needs no ACL SETUSER where min-replicas-to-write is the fence', async () => {
    const { onSource, engine } = await startScene(RULES.filter((rule) => rule !== '+acl|setuser'));

    expect(await engine.cutOver({ cutover: { fence: 'minReplicas' }, waivers: ['users-included'] })).toMatchObject({
      outcome: 'sent',
    });
    expect(await onSource.said('SET', 'text', 'no')).toBe('NOREPLICAS');
    expect(await engine.unfence()).toBe('lifted');
    expect(await onSource.said('SET', 'text', 'yes')).toBe('OK');
  });
});

describe('a fence', () => {
  it('is not set by a user that has its rights from a selector, and could not lift it: the cutover is backed out', async () => {
    const { onSource, onReplica, engine } = await startScene(['~*', '-@all', '(~* &* +@all)']);
    const before = await onSource.admin('ACL', 'LIST');

    expect(await engine.cutOver()).toMatchObject({
      outcome: 'backedOut',
      reason: expect.stringContaining('has selectors, which a fence takes from it'),
    });
    expect(await onSource.admin('ACL', 'LIST')).toEqual(before);
    for (const node of [onSource, onReplica]) expect(await node.said('PING')).toBe('PONG');
    expect(await onSource.said('SET', 'text', 'yes')).toBe('OK');
  });

  it('is not begun where no secret can be read: whoever the service would be then might be shown less', async () => {
    const { onSource, fake, engine } = await startScene();
    for (const name of ['source', 'replica']) fake.put(name, 'no JSON');
    // Nothing was read before, as in a new process.
    expect(await engine.cutOver()).toMatchObject({
      outcome: 'backedOut',
      reason: expect.stringContaining('The secret source cannot be used: is no JSON object'),
    });
    expect(await onSource.said('SET', 'text', 'yes')).toBe('OK');
  });
});

/** A reply of names and values in turns. */
const toFields = (reply: readonly (string | number)[]): Record<string, unknown> =>
  Object.fromEntries(reply.flatMap((name, index) => (index % 2 === 0 ? [[name, reply[index + 1]]] : [])));

it('the rules hold all that the verification needs', () => {
  const [, lines = ''] = /```\n(\+info[^`]+)```/.exec(textOf('docs/verification.md')) ?? [];
  const needed = lines.split(/\s+/).filter((rule) => rule !== '');

  expect(needed.length).toBeGreaterThan(40);
  // `+command` holds `+command|info`.
  expect(needed.filter((rule) => !RULES.includes(rule) && rule !== '+command|info')).toEqual([]);
});
