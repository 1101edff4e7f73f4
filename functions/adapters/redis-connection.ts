import queues from '@redis/client/dist/lib/client/commands-queue.js';
import sockets, { type RedisTcpSocketOptions } from '@redis/client/dist/lib/client/socket.js';
import { ClientClosedError, DisconnectsClientError } from '@redis/client/dist/lib/errors.js';
import { RESP_TYPES } from '@redis/client/dist/lib/RESP/decoder.js';

export { ErrorReply } from '@redis/client/dist/lib/errors.js';

/**
 * The core of @redis/client: its socket, and the queue that encodes commands and decodes answers, without the modules of some
 * 400 commands, which nobody here calls. They were 373 KB of the 950 KB of a bundle that dials, and 35 to 70 ms of its start
 * (measured with 6.3.1, Node 24.21). Its makers promise nothing of what is imported here: the version is pinned, and
 * `test/functions/adapters/redis-connection.test.ts` says what is relied on.
 *
 * No offline queue and no reconnect: a command is answered now, or it has failed.
 */
export class RedisConnection {
  readonly #queue = new queues.default(2, null, () => undefined, '');
  readonly #socket: InstanceType<typeof sockets.default>;
  readonly #typeMapping: Record<number, BufferConstructor>;
  #write: NodeJS.Immediate | undefined;

  /** @param asBuffers bulk strings come as Buffers */
  constructor(options: RedisTcpSocketOptions, asBuffers = false) {
    this.#typeMapping = asBuffers ? { [RESP_TYPES.BLOB_STRING]: Buffer } : {};
    this.#socket = new sockets.default(() => undefined, '', { ...options, reconnectStrategy: false })
      .on('data', (chunk: Buffer) => this.#read(chunk))
      .on('drain', () => this.#schedule())
      // Without a listener an error of an idle connection would end the process; the next command finds it broken.
      .on('error', (error: Error) => this.#queue.flushAll(error));
  }

  /** Until it is destroyed, or breaks. */
  get isOpen(): boolean {
    return this.#socket.isOpen;
  }

  /** @throws what net.connect, tls.connect and DNS throw; ConnectionTimeoutError */
  connect(): Promise<void> {
    return this.#socket.connect();
  }

  /** @throws ErrorReply, ClientClosedError, and what the connection broke of */
  async sendCommand<T = unknown>(args: readonly (string | Buffer)[]): Promise<T> {
    if (!this.#socket.isReady) throw new ClientClosedError();
    const answer = this.#queue.addCommand<T>(args, { typeMapping: this.#typeMapping });
    this.#schedule();
    return answer;
  }

  destroy(): void {
    this.#end(new DisconnectsClientError());
  }

  #read(chunk: Buffer): void {
    try {
      this.#queue.decoder.write(chunk);
    } catch (broken) {
      // Nobody knows any more which answer belongs to which command.
      this.#end(broken as Error);
    }
  }

  /** What is sent within one turn goes out together. */
  #schedule(): void {
    this.#write ??= setImmediate(() => {
      this.#write = undefined;
      if (this.#socket.isReady) this.#socket.write(this.#queue.commandsToWrite());
    });
  }

  #end(why: Error): void {
    this.#queue.flushAll(why);
    this.#socket.destroy();
  }
}
