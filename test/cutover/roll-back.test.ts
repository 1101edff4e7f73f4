import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../functions/adapters/clock.ts';
import { redisServers } from '../../functions/adapters/redis-servers.ts';
import { makeRollBack } from '../../functions/cutover/roll-back.ts';
import { makeRollbackLook } from '../../functions/cutover/rollback-look.ts';
import { TransientServiceError } from '../../functions/migration/errors.ts';
import type { Command, Reply, Servers, Session } from '../../functions/preflight/ports.ts';
import { type Control, connectControl } from '../../local/redis/control.ts';
import type { RedisProcess } from '../../local/redis/server.ts';
import { FakeLocks } from '../functions/support/locks.ts';
import { MIGRATION_ID } from '../functions/support/records.ts';
import { fencedPair, type Promoted, until } from './support/promoted.ts';
import { FakeRollbacks } from './support/rollbacks.ts';

let scene: Promoted;
let rollbacks: FakeRollbacks;
let locks: FakeLocks;
beforeEach(() => {
  locks = new FakeLocks();
  rollbacks = new FakeRollbacks();
});
afterEach(() => scene.end());

const input = { migrationId: MIGRATION_ID };
const begin = async (...args: Parameters<typeof fencedPair>) => {
  scene = await fencedPair(...args);
  return scene;
};
const rollBack = (servers: Pick<Servers, 'open'> = redisServers(), notes = rollbacks) =>
  makeRollBack(scene.migrations, scene.fences, notes, locks, servers, scene.lift, systemClock)(input);
/** An earlier try has decided to return. */
const decidedAt = async (ms: number): Promise<FakeRollbacks> => {
  const notes = new FakeRollbacks();
  await notes.claim(MIGRATION_ID, { requestId: 'request-1', attempt: 'earlier', connections: {} });
  const at = new Date(ms).toISOString();
  await notes.decide(MIGRATION_ID, 'earlier', { decision: 'return', because: 'nothing was written', decidedAt: at });
  return notes;
};
const look = () => makeRollbackLook(redisServers(), rollbacks, systemClock)(scene.fence);

/** Servers that do something when a command is sent to one of them; `undefined` sends it on. */
const meddling = (meddle: (command: Command) => Promise<Reply | undefined>): Pick<Servers, 'open'> => ({
  async open(endpoint, untilMs) {
    const session = await redisServers().open(endpoint, untilMs);
    const wrapped: Session = {
      localAddress: session.localAddress,
      sentBytes: 0,
      ask: async (...command) => (await meddle(command)) ?? session.ask(...command),
      askAll: (commands) => session.askAll(commands),
      hear: (...args) => session.hear(...args),
      prolong: (untilMs) => session.prolong(untilMs),
      close: () => session.close(),
    };
    return wrapped;
  },
});
const nameOf = (command: Command) => command.slice(0, 2).join(' ');

const connect = ({ host, port }: RedisProcess): Promise<Control> => connectControl({ host, port });
const isOpen = async (redis: RedisProcess): Promise<boolean> => {
  const writer = await connect(redis);
  try {
    const write = writer.command('SET', 'probe', '1').then(
      () => true,
      () => false,
    );
    const postponed = async () => {
      const observer = await connect(redis);
      await until(async () => (await observer.info('clients')).blocked_clients !== '0');
      observer.close();
      return false;
    };
    const observed = await Promise.race([write, postponed().catch(() => false)]);
    return observed;
  } finally {
    writer.close();
  }
};

describe('a rollback before any write', () => {
  it('opens the source again, and closes every node of the target', async () => {
    await begin();
    await scene.promote();
    expect(await look()).toMatchObject({ possible: true });

    expect(await rollBack()).toMatchObject({ outcome: 'rolledBack' });
    expect(await isOpen(scene.source)).toBe(true);
    expect(await isOpen(scene.primary)).toBe(false);
    await locks.acquire('test', 'the next one');
    expect(await locks.find('test')).toMatchObject({ rolledBack: { migrationId: MIGRATION_ID } });
    expect(await scene.migrations.find(MIGRATION_ID)).toMatchObject({
      rolledBackAt: expect.any(String),
      rollbackPossibility: { possible: false },
      fence: { phase: 'lifted', liftedBecause: 'Rolled back: the application is broken.' },
    });
    // A replica that should be promoted next takes no writes either.
    const onReplica = await connect(scene.replica);
    await onReplica.command('REPLICAOF', 'NO', 'ONE');
    onReplica.close();
    expect(await isOpen(scene.replica)).toBe(false);
  });

  it('waits some minutes for a replica of the source that is gone, and then ends without it, and names it', async () => {
    await begin();
    await scene.promote();
    const { attempt, nodes } = scene.fence;
    const gone = { address: '127.0.0.1', port: 1 };
    const replicas = nodes.map((node) => ({ ...node, role: 'replica' as const, endpoint: gone }));
    await scene.fences.advance(MIGRATION_ID, attempt, { nodes: [...nodes, ...replicas] });

    await expect(rollBack()).rejects.toThrow('127.0.0.1:1: ');
    expect(await isOpen(scene.source)).toBe(true);
    rollbacks = await decidedAt(Date.now() - 4 * 60_000);
    expect(await rollBack()).toMatchObject({
      outcome: 'rolledBack',
      why: expect.stringMatching(/takes none\. Nodes of the source .* should they come back, .*: 127\.0\.0\.1:1\.$/),
    });
    expect((await scene.fences.find(MIGRATION_ID))?.givenUp).toEqual([gone]);
  });

  it('that was decided ends without a primary that an unfence has given up meanwhile, and leaves the target to whoever opens it', async () => {
    await begin();
    await scene.promote();
    await scene.source.stop();
    const { record } = scene.migrations;
    const rollback = { ...record.rollback, at: new Date().toISOString() };
    rollbacks = await decidedAt(Date.now());
    scene.migrations.records.set(MIGRATION_ID, { ...record, rollback } as never);
    await expect(rollBack()).rejects.toThrow();
    expect(await isOpen(scene.primary)).toBe(false);

    await scene.lift({ migrationId: MIGRATION_ID, because: 'unfenced: it has burnt', givesUp: () => true });
    await scene.migrations.note(MIGRATION_ID, { unfencedAt: new Date().toISOString() });
    const operator = await connect(scene.primary);
    await operator.command('CLIENT', 'UNPAUSE');
    operator.close();
    expect(await rollBack()).toMatchObject({ outcome: 'refused', why: expect.stringContaining('was unfenced') });
    expect(await isOpen(scene.primary)).toBe(true);
  });

  it('answers the same when it is repeated', async () => {
    await begin();
    await scene.promote();
    const first = await rollBack();

    expect(await rollBack()).toEqual(first);
  });

  it('is refused once something was written, and leaves everything as it is', async () => {
    await begin();
    await scene.promote();
    await scene.onPrimary.command('SET', 'new', '1');

    expect(await look()).toMatchObject({ possible: false, why: expect.stringContaining('SET was called') });
    expect(await rollBack()).toMatchObject({ outcome: 'refused', why: expect.stringContaining('SET was called') });
    expect(await isOpen(scene.source)).toBe(false);
    expect(await isOpen(scene.primary)).toBe(true);
    expect(await scene.migrations.find(MIGRATION_ID)).toMatchObject({ rollbackPossibility: { possible: false } });
  });

  it.each([
    ['in a script', ['EVAL', "return redis.call('set', KEYS[1], '1')", '1', 'new'], 'SET'],
    ['to a stream', ['XADD', 's', '*', 'a', 'b'], 'XADD'],
    ['to its groups', ['XGROUP', 'CREATE', 's', 'g', '$', 'MKSTREAM'], 'XGROUP|CREATE'],
    ['by FLUSHALL', ['FLUSHALL'], 'FLUSHALL'],
    ['by COPY', ['COPY', 'seeded', 'other'], 'COPY'],
  ])('is refused after a write %s', async (_, command, name) => {
    await begin();
    await scene.promote();
    await look();
    await scene.onPrimary.command(...command);

    expect(await rollBack()).toMatchObject({ outcome: 'refused', why: expect.stringContaining(`${name} was called`) });
  });

  it('is not hindered by reads', async () => {
    await begin();
    await scene.promote();
    await scene.onPrimary.command('GET', 'seeded');
    await scene.onPrimary.command('EVAL', "return redis.call('get', KEYS[1])", '1', 'seeded');

    expect(await rollBack()).toMatchObject({ outcome: 'rolledBack' });
  });

  it('finds a write that comes between the first look and the pause, and opens the target again', async () => {
    await begin();
    await scene.promote();
    let written = false;
    const servers = meddling(async (command) => {
      if (nameOf(command) === 'CLIENT PAUSE' && !written) {
        written = true;
        await scene.onPrimary.command('SET', 'late', '1');
      }
      return undefined;
    });

    expect(await rollBack(servers)).toMatchObject({
      outcome: 'refused',
      why: expect.stringContaining('SET was called'),
    });
    expect(written).toBe(true);
    expect(await isOpen(scene.source)).toBe(false);
    expect(await isOpen(scene.primary)).toBe(true);
  });
});

describe('keys that expired on the source while the promotion was awaited', () => {
  /** In the replication stream a key that expires is a DEL; here one that somebody sends whom no fence keeps out. */
  const beginWithExpiry = async () => {
    await begin((onSource) => onSource.command('SET', 'short', '1'));
    await scene.onSource.command('ACL', 'SETUSER', 'expiry', 'on', '>pw', '~*', '+del');
    const { host, port } = scene.source;
    const expiry = await connectControl({ host, port, username: 'expiry', password: 'pw' });
    await expiry.command('DEL', 'short');
    expiry.close();
    await until(async () => (await scene.onPrimary.command('DBSIZE')) === 1);
  };

  it('hinder no rollback when the target was looked at at its promotion', async () => {
    await beginWithExpiry();
    await scene.promote();
    expect(await look()).toMatchObject({ possible: true });

    await scene.onPrimary.command('GET', 'seeded');
    expect(await look()).toMatchObject({ possible: true });
    await scene.onPrimary.command('DEL', 'seeded');
    expect(await look()).toMatchObject({
      possible: false,
      why: expect.stringContaining('DEL was called since the promotion'),
    });
  });

  it('cannot be told from a DEL of a client later on', async () => {
    await beginWithExpiry();
    await scene.promote();
    // More than PINGs went into the target's own stream.
    await scene.onPrimary.command('PUBLISH', 'channel', 'x'.repeat(100));

    expect(await rollBack()).toMatchObject({
      outcome: 'refused',
      why: expect.stringContaining('by a client or for keys that expired'),
    });
    expect((await scene.migrations.find(MIGRATION_ID))?.rollbackPossibility).toBeUndefined();
  });
});

describe('a rollback whose servers are not what they were', () => {
  it('goes on when the source has only let its backlog go', async () => {
    await begin();
    await scene.promote();
    await until(async () => (await scene.onSource.info('replication')).connected_slaves === '0');
    const { master_replid: before } = await scene.onSource.info('replication');
    await scene.onSource.command('CONFIG', 'SET', 'repl-backlog-ttl', '1');
    await until(async () => (await scene.onSource.info('replication')).master_replid !== before);

    expect(await look()).toMatchObject({ possible: true });
  });

  it('is refused when the source lost its history, and when it is gone', async () => {
    await begin();
    await scene.promote();
    const silent = await connectControl({ host: scene.source.host, port: scene.source.port });
    await silent.command('REPLICAOF', scene.replica.host, String(scene.replica.port));
    expect(await rollBack()).toMatchObject({
      outcome: 'refused',
      why: expect.stringContaining('is no primary any more'),
    });
    await silent.command('REPLICAOF', 'NO', 'ONE');
    silent.close();
    expect(await rollBack()).toMatchObject({
      outcome: 'refused',
      why: expect.stringContaining('is no primary any more'),
    });
    await scene.migrations.note(MIGRATION_ID, {});
    expect(await look()).toMatchObject({ possible: false, why: expect.stringContaining('was restarted or replaced') });
    await scene.source.stop();
    expect(await look()).toMatchObject({
      possible: false,
      why: expect.stringContaining('Not everything could be read'),
    });
    expect(await isOpen(scene.primary)).toBe(true);
  });

  it('is refused when the target was promoted otherwise', async () => {
    await begin();
    await scene.promote();
    await scene.onPrimary.command('REPLICAOF', scene.replica.host, '1');
    await scene.onPrimary.command('REPLICAOF', 'NO', 'ONE');

    const why = expect.stringContaining("does not continue the source's history");
    await expect.poll(look).toMatchObject({ possible: false, why });

    expect(await rollBack()).toMatchObject({ outcome: 'refused' });
  });

  it('is refused before the promotion', async () => {
    await begin();

    expect(await rollBack()).toMatchObject({ outcome: 'refused', why: expect.stringContaining('the role slave') });
  });

  it('is refused when a node of the target cannot be closed, and the others are opened again', async () => {
    await begin();
    await scene.promote();
    await scene.replica.stop();

    expect(await rollBack()).toMatchObject({ outcome: 'refused', why: expect.stringContaining('Not every node') });
    expect(await isOpen(scene.primary)).toBe(true);
    expect(await isOpen(scene.source)).toBe(false);
  });
});

describe('a try that dies or is overtaken', () => {
  it.each(['before it pauses', 'after it paused for good'])('%s is taken up by the next one', async (when) => {
    await begin();
    await scene.promote();
    let pauses = 0;
    const dying = meddling(async (command) => {
      if (nameOf(command) !== 'CLIENT PAUSE') return undefined;
      pauses += 1;
      if (when === 'before it pauses' || pauses > 3) throw new Error('died');
      return undefined;
    });
    await expect(rollBack(dying)).rejects.toThrow('died');
    expect(await isOpen(scene.source)).toBe(false);

    expect(await rollBack()).toMatchObject({ outcome: 'rolledBack' });
    expect(await isOpen(scene.primary)).toBe(false);
  });

  it('cannot decide any more once another one has claimed it', async () => {
    await begin();
    await scene.promote();
    const { promise: stalled, resolve: wakeUp } = Promise.withResolvers<void>();
    const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
    const stalling = new Proxy(rollbacks, {
      get: (target, name) => {
        if (name !== 'decide') return Reflect.get(target, name).bind(target);
        return async (...args: Parameters<FakeRollbacks['decide']>) => {
          reach();
          await stalled;
          return target.decide(...args);
        };
      },
    });
    const zombie = rollBack(redisServers(), stalling);
    await reached;
    const dying = new Proxy(rollbacks, {
      get: (target, name) => {
        if (name !== 'claim') return Reflect.get(target, name).bind(target);
        return async (...args: Parameters<FakeRollbacks['claim']>) => {
          await target.claim(...args);
          throw new Error('died');
        };
      },
    });
    await expect(rollBack(redisServers(), dying)).rejects.toThrow('died');
    await scene.onPrimary.command('CLIENT', 'UNPAUSE');
    wakeUp();

    await expect(zombie).rejects.toThrow(TransientServiceError);
    expect(await isOpen(scene.source)).toBe(false);
    expect(await isOpen(scene.primary)).toBe(true);
  });

  it('cannot open the target any more that another one has closed', async () => {
    await begin();
    await scene.promote();
    const { promise: stalled, resolve: wakeUp } = Promise.withResolvers<void>();
    const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
    let refuses = true;
    const stalling = meddling(async (command) => {
      if (nameOf(command) === 'CLIENT UNPAUSE') {
        reach();
        await stalled;
      }
      // One node seems not to know it: the try refuses.
      if (nameOf(command) === 'CLIENT PAUSE' && refuses) {
        refuses = false;
        const { Refused } = await import('../../functions/preflight/ports.ts');
        throw new Refused('BUSY');
      }
      return undefined;
    });
    const zombie = rollBack(stalling);
    zombie.catch(() => undefined);
    await reached;
    const { rollback } = (await scene.migrations.find(MIGRATION_ID)) ?? {};
    if (rollback) rollback.requestId = 'request-2';
    await scene.migrations.update(MIGRATION_ID, rollback ? { rollback } : {});
    // It wakes up when the other one has closed the target and is about to decide.
    const waking = new Proxy(rollbacks, {
      get: (target, name) => {
        if (name !== 'decide') return Reflect.get(target, name).bind(target);
        return async (...args: Parameters<FakeRollbacks['decide']>) => {
          wakeUp();
          await zombie.catch(() => undefined);
          return target.decide(...args);
        };
      },
    });
    expect(await rollBack(redisServers(), waking)).toMatchObject({ outcome: 'rolledBack' });

    await expect(zombie).rejects.toThrow(TransientServiceError);
    expect(await isOpen(scene.source)).toBe(true);
    expect(await isOpen(scene.primary)).toBe(false);
  });
});

describe('source and target, both written to as fast as they take it', () => {
  /** Writes again and again over connections of its own, and logs what was acknowledged. */
  const hammer = (redis: RedisProcess, side: string, log: string[]) => {
    let ended = false;
    const loop = async () => {
      while (!ended) {
        const writer = await connect(redis).catch(() => undefined);
        for (let at = 0; writer?.open && !ended && at < 1000; at++) {
          const written = await writer.command('SET', `${side}-${at}`, '1').then(
            () => true,
            () => false,
          );
          if (written) log.push(side);
          await new Promise((resolve) => setImmediate(resolve));
        }
        writer?.close();
      }
    };
    const done = loop();
    return {
      end: () => {
        ended = true;
        return done;
      },
    };
  };

  const race = async (servers: Pick<Servers, 'open'>) => {
    await begin();
    await scene.promote();
    const log: string[] = [];
    // From the moment on when the source's fence begins to fall: nothing was written until then.
    const hammers: ReturnType<typeof hammer>[] = [];
    const { lift } = scene;
    scene.lift = async (input) => {
      hammers.push(hammer(scene.primary, 'target', log), hammer(scene.source, 'source', log));
      await lift(input);
    };
    expect(await rollBack(servers)).toMatchObject({ outcome: 'rolledBack' });
    await until(async () => log.filter((side) => side === 'source').length > 200);
    const targets = log.filter((side) => side === 'target').length;
    for (const redis of [scene.primary, scene.replica]) {
      const control = await connect(redis);
      await control.command('CLIENT', 'UNPAUSE');
      control.close();
    }
    await Promise.all(hammers.map((one) => one.end()));
    return targets;
  };

  it('never both acknowledge a write', async () => {
    expect(await race(redisServers())).toBe(0);
  });

  it('do so without the pause, as this test can see', async () => {
    const withoutPause = meddling(async (command) =>
      nameOf(command) === 'CLIENT PAUSE' ? Buffer.from('OK') : undefined,
    );

    expect(await race(withoutPause)).toBeGreaterThan(0);
  });
});
