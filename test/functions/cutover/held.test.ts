import { describe, expect, it } from 'vitest';
import { holding } from '../../../functions/cutover/fence/held.ts';
import { SessionLost } from '../../../functions/preflight/ports.ts';
import { FakeServers, SOURCE } from '../support/nodes.ts';
import { FakeSessions } from '../support/sessions.ts';

const NAME = '10.0.0.5:6379';
const lending = async () => {
  const sessions = new FakeSessions(new FakeServers().probe);
  const held = holding(sessions.open);
  return { sessions, held, lent: await held.open(SOURCE, 0) };
};

describe('a connection that is taken back', () => {
  it('is lost to whoever was lent it, and goes on for whoever has it', async () => {
    const { held, lent, sessions } = await lending();
    const session = held.takeBack().get(NAME);

    await expect(lent.askAll([['ACL', 'SETUSER', 'default', '-@write']])).rejects.toThrow(SessionLost);
    lent.close();
    expect(await session?.askAll([['CLIENT', 'UNPAUSE']])).toEqual([Buffer.from('OK')]);
    expect(sessions.asked).toEqual([`${NAME} CLIENT UNPAUSE`]);
  });

  it('answers nobody who still waits, at once', async () => {
    const { held, lent, sessions } = await lending();
    const { promise, resolve } = Promise.withResolvers<void>();
    sessions.waits = () => promise;
    const waiting = lent.ask('CLIENT', 'PAUSE', '1000', 'WRITE');
    held.takeBack();

    await expect(waiting).rejects.toThrow(`${NAME} was taken over`);
    resolve();
  });

  it('is not among those that were closed before', async () => {
    const { held, lent, sessions } = await lending();
    lent.close();

    expect([held.takeBack().size, sessions.opened]).toEqual([0, 0]);
  });

  it('is closed with all others', async () => {
    const { held, sessions } = await lending();
    held.takeBack();
    held.close();

    expect(sessions.opened).toBe(0);
  });

  it('is closed when it comes too late for that', async () => {
    const { held, sessions } = await lending();
    held.close();

    await expect(held.open(SOURCE, 0)).rejects.toThrow('connected too late');
    expect(sessions.opened).toBe(0);
  });
});
