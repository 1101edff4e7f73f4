import type { AppliedNode, FencedShard } from '../migration/fence.ts';
import type { Endpoint } from '../migration/record.ts';
import { integerIn } from '../preflight/gather/replies.ts';
import { type Command, Refused, type Servers, type Session, Unread } from '../preflight/ports.ts';
import { endpointText } from '../preflight/text.ts';
import type { Connections } from './rollback-ports.ts';

/**
 * The nodes of the target, each over one connection that is opened before anything is decided and never again: a try that was
 * overtaken finds its connections ended, and can act no more.
 */
export class TargetNodes {
  readonly connections: Connections = {};
  readonly #sessions = new Map<string, Session>();
  readonly #source = new Map<string, Session>();
  readonly #servers: Pick<Servers, 'open'>;
  readonly #untilMs: number;

  constructor(servers: Pick<Servers, 'open'>, untilMs: number) {
    this.#servers = servers;
    this.#untilMs = untilMs;
  }

  /** @returns why one of them cannot be reached; undefined when all were */
  async connect(shards: readonly FencedShard[]): Promise<string | undefined> {
    const nodes: AppliedNode[] = shards.flatMap((shard) => shard.nodes);
    const failures = await Promise.all(
      nodes.map(async ({ endpoint }) => {
        try {
          const session = await this.#servers.open(endpoint, this.#untilMs);
          const name = endpointText(endpoint);
          this.#sessions.set(name, session);
          this.connections[name] = integerIn(await session.ask('CLIENT', 'ID'), 'CLIENT ID');
          return undefined;
        } catch (error) {
          return reasonOf(error);
        }
      }),
    );
    return failures.find((failure) => failure !== undefined);
  }

  /** The connection of a node of the target, or a new one to the source, which is only asked. */
  async open(endpoint: Endpoint): Promise<Session> {
    const name = endpointText(endpoint);
    const standing = this.#sessions.get(name) ?? this.#source.get(name);
    if (standing) return standing;
    const session = await this.#servers.open(endpoint, this.#untilMs);
    this.#source.set(name, session);
    return session;
  }

  /** Ends the connections of other tries; one that is gone already is as good. @returns why not, when a node refuses */
  async end(others: readonly Connections[]): Promise<string | undefined> {
    const failures = await Promise.all(
      [...this.#sessions].map(async ([name, session]) => {
        const ids = others.map((one) => one[name]).filter((id) => id !== undefined && id !== this.connections[name]);
        try {
          const replies = await session.askAll(ids.map((id): Command => ['CLIENT', 'KILL', 'ID', String(id)]));
          return replies.find((reply) => reply instanceof Refused)?.toString();
        } catch (error) {
          return `${name}: ${reasonOf(error)}`;
        }
      }),
    );
    return failures.find((failure) => failure !== undefined);
  }

  /** Lets no write through on any of them for so long, from now on at the latest. @returns why not, when one of them refuses */
  pause(ms: number): Promise<string | undefined> {
    return this.#each('CLIENT', 'PAUSE', String(ms), 'WRITE');
  }

  unpause(): Promise<string | undefined> {
    return this.#each('CLIENT', 'UNPAUSE');
  }

  /** Ends the clients' connections, with the writes that wait behind the pause: they hear of it at once, and turn elsewhere. */
  dropClients(): Promise<string | undefined> {
    return this.#each('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
  }

  close(): void {
    for (const session of [...this.#sessions.values(), ...this.#source.values()]) session.close();
  }

  async #each(...command: Command): Promise<string | undefined> {
    const failures = await Promise.all(
      [...this.#sessions].map(async ([name, session]) => {
        try {
          await session.ask(...command);
          return undefined;
        } catch (error) {
          return `${name}: ${reasonOf(error)}`;
        }
      }),
    );
    return failures.find((failure) => failure !== undefined);
  }
}

const reasonOf = (error: unknown): string => {
  if (error instanceof Unread) return error.message;
  throw error;
};
