import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RedisProcess, startRedis } from '../local/redis/server.ts';

/** A self-hosted server that a service manager would start again: with its data, its configuration and its users. */
export class Source {
  #process: RedisProcess;
  readonly #folder: string;

  private constructor(process: RedisProcess, folder: string) {
    this.#process = process;
    this.#folder = folder;
  }

  /** @param config over a configuration that keeps everything across a restart */
  static async start(config: Record<string, string> = {}): Promise<Source> {
    const folder = await mkdtemp(join(tmpdir(), 'elasticache-migrator-source-'));
    await writeFile(join(folder, 'users.acl'), `${USERS.join('\n')}\n`);
    const process = await startRedis({
      folder,
      config: {
        bind: '127.0.0.1 -10.0.0.5',
        aclfile: join(folder, 'users.acl'),
        // What was acknowledged was written to the file, which outlives the process; nothing here outlives the machine.
        appendonly: 'yes',
        appendfsync: 'no',
        ...config,
      },
    });
    return new Source(process, folder);
  }

  get port(): number {
    return this.#process.port;
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** Dies now, if it has not yet, and is there again with all that it had. */
  async restart(): Promise<void> {
    const { port } = this;
    await this.#process.stop();
    this.#process = await startRedis({ folder: this.#folder, port });
  }

  async end(): Promise<void> {
    await this.#process.stop();
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Whoever writes without a name, an application with one, and one that may only read. */
const USERS = [
  'user default on nopass sanitize-payload ~* &* +@all',
  'user app on >secret ~* &* +@all -@admin -@dangerous',
  'user report on >secret ~* resetchannels -@all +@read',
];
