import { afterEach, describe, expect, it } from 'vitest';
import { ErrorReply, RedisConnection } from '../../../functions/adapters/redis-connection.ts';
import { serveTcp, type TcpServer } from '../support/tcp.ts';

/** What is answered to each command; to others nothing. */
const ANSWERS: Record<string, string> = {
  PING: '+PONG\r\n',
  GET: '$5\r\nhello\r\n',
  NONE: '$-1\r\n',
  COUNT: ':42\r\n',
  SCAN: '*2\r\n$1\r\n0\r\n*2\r\n$1\r\na\r\n$1\r\nb\r\n',
  WRONG: '-WRONGTYPE no list\r\n',
  BROKEN: '@ is the beginning of no answer\r\n',
};

let server: TcpServer | undefined;
let connection: RedisConnection | undefined;
afterEach(async () => {
  connection?.destroy();
  await server?.close();
});

const open = async (asBuffers = false) => {
  const pieces: string[] = [];
  server = await serveTcp({
    onData(socket, text) {
      pieces.push(text);
      const words = [...text.matchAll(/\*\d+\r\n\$\d+\r\n(\w+)/g)].map(([, word = '']) => word);
      if (words.includes('BYE')) socket.destroy();
      else socket.write(words.map((word) => ANSWERS[word] ?? '').join(''));
    },
  });
  connection = new RedisConnection({ host: '127.0.0.1', port: server.endpoint.port, connectTimeout: 5000 }, asBuffers);
  await connection.connect();
  return { connection, pieces };
};

/** The name of what it failed by. */
const failed = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'was answered',
    (error: Error) => error.constructor.name,
  );

describe('A connection to Redis', () => {
  it('sends what is asked in one turn together, and tells answers of all kinds apart', async () => {
    const { connection, pieces } = await open();
    const words = ['PING', 'GET', 'NONE', 'COUNT', 'SCAN'];
    const answers = await Promise.all(words.map((word) => connection.sendCommand([word, 'key'])));

    expect(answers).toEqual(['PONG', 'hello', null, 42, ['0', ['a', 'b']]]);
    expect(pieces.join('')).toBe(words.map((word) => `*2\r\n$${word.length}\r\n${word}\r\n$3\r\nkey\r\n`).join(''));
    expect(pieces).toHaveLength(1);
  });

  it('gives bulk strings as they came where that is wanted, and sends bytes as they are', async () => {
    const { connection, pieces } = await open(true);

    expect(await connection.sendCommand(['GET', Buffer.from([0xff, 0x00])])).toEqual(Buffer.from('hello'));
    expect(await connection.sendCommand(['PING'])).toBe('PONG');
    expect(pieces[0]).toBe('*2\r\n$3\r\nGET\r\n$2\r\n\xff\x00\r\n');
  });

  it('fails the one command that is refused', async () => {
    const { connection } = await open();
    const [before, refused, after] = await Promise.allSettled(
      ['PING', 'WRONG', 'GET'].map((word) => connection.sendCommand([word])),
    );

    expect(refused).toMatchObject({ reason: expect.any(ErrorReply) });
    expect(refused).toMatchObject({ reason: { message: 'WRONGTYPE no list' } });
    expect([before, after]).toMatchObject([{ value: 'PONG' }, { value: 'hello' }]);
  });

  it('ends at an answer that is none, and fails all that waits for one at once', async () => {
    const { connection } = await open();
    const waiting = [['SILENT'], ['BROKEN'], ['SILENT']].map((command) => connection.sendCommand(command));

    expect(await Promise.all(waiting.map(failed))).toEqual(['Error', 'Error', 'Error']);
    expect(connection.isOpen).toBe(false);
    expect(await failed(connection.sendCommand(['PING']))).toBe('ClientClosedError');
  });

  it('fails when the server hangs up, and does not dial again', async () => {
    const { connection } = await open();

    expect(await failed(connection.sendCommand(['BYE']))).toBe('SocketClosedUnexpectedlyError');
    expect(connection.isOpen).toBe(false);
    expect(await failed(connection.sendCommand(['PING']))).toBe('ClientClosedError');
    expect(server?.taken()).toBe(1);
  });

  it('fails what is on its way when it is destroyed, which may be done twice', async () => {
    const { connection } = await open();
    const waiting = failed(connection.sendCommand(['SILENT']));
    connection.destroy();
    connection.destroy();

    expect(await waiting).toBe('DisconnectsClientError');
  });

  it('sends nothing before it is connected, and later neither', async () => {
    const { connection: connected, pieces } = await open();
    const { port } = (server as TcpServer).endpoint;
    const early = new RedisConnection({ host: '127.0.0.1', port });

    expect(await failed(early.sendCommand(['PING']))).toBe('ClientClosedError');
    expect(await connected.sendCommand(['PING'])).toBe('PONG');
    expect(pieces).toHaveLength(1);
  });
});
