import { type Control, type ControlAddress, connectControl } from '../redis/control.ts';
import type { Info } from '../redis/info.ts';
import { type RedisProcess, startRedis } from '../redis/server.ts';
import { aclRules, type ControlUser } from './acl.ts';

export interface NodeSpec {
  /** e.g. `test-001` */
  id: string;
  availabilityZone: string;
  /** Redis configuration over what every node has. */
  config: Readonly<Record<string, string>>;
  control: ControlUser;
  /** The node of the same group that it follows; without it the node is a primary. */
  primary?: CacheNode;
}

/** One cache cluster of a replication group: a real redis-server process. */
export class CacheNode {
  readonly id: string;
  readonly availabilityZone: string;
  readonly role: 'primary' | 'replica';
  process: RedisProcess;
  readonly #spec: NodeSpec;
  readonly #control: ControlUser;
  #connection: Promise<Control> | undefined;
  #holders = 0;

  private constructor(spec: NodeSpec, process: RedisProcess) {
    this.id = spec.id;
    this.availabilityZone = spec.availabilityZone;
    this.role = spec.primary === undefined ? 'primary' : 'replica';
    this.process = process;
    this.#spec = spec;
    this.#control = spec.control;
  }

  /** @throws {RedisStartError} */
  static async start(spec: NodeSpec): Promise<CacheNode> {
    return new CacheNode(spec, await serverFor(spec));
  }

  /**
   * Ends the server, if it still runs, and starts an empty one in its place, at the same endpoint. A replica follows its
   * primary again; a primary follows nobody.
   * @throws {RedisStartError}
   */
  async replace(): Promise<void> {
    const { port } = this;
    await this.process.stop();
    this.process = await serverFor(this.#spec, port);
  }

  get host(): string {
    return this.process.host;
  }

  get port(): number {
    return this.process.port;
  }

  get pid(): number {
    return this.process.pid;
  }

  /** Sends a signal to the process (default SIGKILL): a node that dies or, with SIGSTOP, hangs. */
  kill(signal?: NodeJS.Signals): void {
    this.process.kill(signal);
  }

  /**
   * One command by the control plane's user.
   * @throws {RedisUnreachableError} the node is gone or hangs.
   */
  async command<T = unknown>(...args: string[]): Promise<T> {
    return this.hold(async () => (await this.#open()).command<T>(...args));
  }

  async replication(): Promise<Info> {
    return this.hold(async () => (await this.#open()).info('replication'));
  }

  /** Keeps one connection open for several commands. Hundreds of idle groups need none: it closes with the last who holds it. */
  async hold<T>(work: () => Promise<T>): Promise<T> {
    this.#holders++;
    try {
      return await work();
    } finally {
      if (--this.#holders === 0) this.#hangUp();
    }
  }

  /**
   * Where the node stands in becoming a replica, by the fourth field of `ROLE`:
   * `connect`, `connecting`, `handshake`, `sync` or `connected`; `primary` if it follows nobody.
   */
  async linkState(): Promise<string> {
    const [role, , , state] = await this.command<[string, string, number, string]>('ROLE');
    return role === 'slave' ? state : 'primary';
  }

  /** Follows a server outside of the group, without credentials: a source of a migration has none. */
  async follow(source: ControlAddress): Promise<void> {
    await this.command('REPLICAOF', source.host, String(source.port));
  }

  async promote(): Promise<void> {
    await this.command('REPLICAOF', 'NO', 'ONE');
  }

  async stop(): Promise<void> {
    await this.process.stop();
  }

  #hangUp(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    connection?.then(
      (control) => control.close(),
      () => undefined,
    );
  }

  async #open(): Promise<Control> {
    this.#connection ??= connectControl({ host: this.host, port: this.port, ...this.#control });
    const connection = this.#connection;
    const control = await connection.catch(() => undefined);
    if (control?.open) return control;
    // The next command tries anew: a node that hung may be back.
    if (this.#connection === connection) this.#connection = undefined;
    return control === undefined ? connection : this.#open();
  }
}

const serverFor = (spec: NodeSpec, port?: number): Promise<RedisProcess> =>
  startRedis({
    config: {
      // By default DEBUG is refused before the ACL is asked; here it is for the ACL to say who may.
      'enable-debug-command': 'yes',
      ...spec.config,
      ...(spec.primary === undefined ? {} : following(spec.primary, spec.control)),
    },
    acl: aclRules(spec.control),
    ...(port !== undefined && { port }),
  });

/*
 * Credentials are set on nodes that follow a node of the group, and there alone: a primary with `masterauth` would offer them
 * to the source of a migration, which knows no such user.
 */
const following = (primary: CacheNode, control: ControlUser): Record<string, string> => ({
  replicaof: `${primary.host} ${primary.port}`,
  masteruser: control.username,
  masterauth: control.password,
});
