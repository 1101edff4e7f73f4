import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openKeyReader } from '../../../functions/adapters/key-reader.ts';
import { redisProbe } from '../../../functions/adapters/redis-probe.ts';
import { redisServers } from '../../../functions/adapters/redis-servers.ts';
import { Unread } from '../../../functions/preflight/ports.ts';
import { parseInfo } from '../../../functions/replication/info.ts';
import { toServerReading } from '../../../functions/replication/server-reading.ts';
import { serveTcp, type TcpServer } from '../support/tcp.ts';
import { CONTROL, HOSTILE } from './texts.ts';

/** A line ends an error of RESP: the rest of it would be another answer, and ends the connection. */
const TEXTS = Object.entries(HOSTILE).map(([what, text]) => [what, text.replace(/[\r\n]+/g, ' ')] as const);

let answer: string;
let server: TcpServer;
beforeEach(async () => {
  server = await serveTcp({ onData: (socket) => socket.write(answer) });
});
afterEach(() => server.close());

const fits = (text: unknown, most = 2000): void => {
  expect(text).toEqual(expect.any(String));
  expect(text).not.toMatch(CONTROL);
  expect(String(text).length).toBeLessThanOrEqual(most);
};
const bulk = (text: string): string => `$${Buffer.byteLength(text)}\r\n${text}\r\n`;

describe('What a hostile Redis says', () => {
  it.each(TEXTS)('of a refusal is told in one short line: %s', async (_, text) => {
    answer = `-ERR ${text}\r\n`;
    const { address, port } = server.endpoint;

    const session = await redisServers(Date.now, 5000).open(server.endpoint, Date.now() + 5000);
    const refused = await session.ask('INFO').catch((error) => error);
    session.close();
    expect(refused).toBeInstanceOf(Unread);
    fits(refused.message);

    const probe = redisProbe();
    fits(((await probe.read(server.endpoint)) as { unreadable: string }).unreadable, 300);
    probe.close();

    const reader = openKeyReader({ host: address, port });
    const failed = await reader.identity().catch((error) => error);
    reader.close();
    fits(failed.message);
  });

  it.each(TEXTS)('of its role is told in one short line: %s', async (_, text) => {
    answer = bulk(`# Replication\r\nrole:${text}\r\nmaster_repl_offset:1\r\n`);
    const probe = redisProbe();
    fits(((await probe.read(server.endpoint)) as { unreadable: string }).unreadable, 300);
    probe.close();
  });

  it.each(TEXTS)('of itself and of others in INFO is short, and printable: %s', (_, text) => {
    const info = parseInfo(
      [
        'role:slave',
        'slave_repl_offset:1',
        `master_replid:${text}`,
        `master_replid2:${text}`,
        `master_host:${text}`,
        'master_port:1',
      ].join('\r\n'),
    );
    const { replicationId, previousReplicationId, link } = toServerReading(info, 0);

    for (const one of [replicationId, previousReplicationId, link?.followed.address]) fits(one, 260);
  });
});
