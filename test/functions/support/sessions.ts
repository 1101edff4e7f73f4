import type { Endpoint } from '../../../functions/migration/record.ts';
import {
  type Command,
  Refused,
  type Reply,
  type Servers,
  type Session,
  SessionLost,
} from '../../../functions/preflight/ports.ts';
import type { Probe } from '../../../functions/replication/ports.ts';
import { isReadable, type ServerReading } from '../../../functions/replication/shard-link.ts';

const nameOf = ({ address, port }: Endpoint) => `${address}:${port}`;

/** Servers that are as a probe reads them, and keep one user's rules. What they cannot do they refuse. */
export class FakeSessions {
  readonly #probe: () => Probe;
  readonly #rules = new Map<string, string>();
  /** Commands that servers were asked, without INFO: `10.0.0.5:6379 CLIENT PAUSE 2000 WRITE`. */
  readonly asked: string[] = [];
  /** What a command meets instead of its answer: an error reply, or the loss of the connection. */
  meets: (command: string, endpoint: Endpoint) => Reply | SessionLost | undefined = () => undefined;
  /** Before anything is answered. */
  waits: () => Promise<void> = async () => undefined;
  opened = 0;
  /** How many keys a server says that it has; without, it tells none. */
  keys: (endpoint: Endpoint) => number = () => 0;

  constructor(probe: () => Probe) {
    this.#probe = probe;
  }

  rulesOf(endpoint: Endpoint): string {
    return this.#rules.get(nameOf(endpoint)) ?? '+@all';
  }

  readonly open: Servers['open'] = async (endpoint) => {
    if (this.meets('connect', endpoint)) throw new SessionLost(`${nameOf(endpoint)}: connect ECONNREFUSED`);
    this.opened++;
    let isOpen = true;
    const askAll = async (commands: readonly Command[]): Promise<Reply[]> => {
      if (!isOpen) throw new SessionLost(`${nameOf(endpoint)} was closed by us`);
      await this.waits();
      const replies: Reply[] = [];
      for (const command of commands) {
        const text = command.join(' ');
        if (!text.startsWith('INFO')) this.asked.push(`${nameOf(endpoint)} ${text}`);
        const met = this.meets(text, endpoint);
        if (met instanceof SessionLost) throw met;
        replies.push(met ?? (await this.#answer(endpoint, text)));
      }
      return replies;
    };
    const session: Session = {
      localAddress: '127.0.0.1:1',
      sentBytes: 0,
      askAll,
      async ask(...command) {
        const [reply = null] = await askAll([command]);
        if (reply instanceof Refused) throw reply;
        return reply;
      },
      hear: async () => [],
      prolong: () => undefined,
      close: () => {
        if (isOpen) this.opened--;
        isOpen = false;
      },
    };
    return session;
  };

  async #answer(endpoint: Endpoint, text: string): Promise<Reply> {
    if (/^INFO/.test(text)) return this.#info(endpoint);
    if (/^(CLIENT (SETNAME|PAUSE|UNPAUSE)|ACL SAVE|CONFIG REWRITE)/.test(text)) return Buffer.from('OK');
    if (/^CLIENT KILL/.test(text)) return 0;
    if (/^CLIENT LIST/.test(text)) return Buffer.from('');
    if (/^ACL LIST/.test(text)) return [Buffer.from(`user default on nopass ~* &* ${this.rulesOf(endpoint)}`)];
    if (/^ACL USERS/.test(text)) return [Buffer.from('default')];
    if (/^ACL SETUSER/.test(text)) {
      const isFence = text.includes('-@write');
      this.#rules.set(nameOf(endpoint), isFence ? '+@all -@write -publish -spublish' : '+@all');
      return Buffer.from('OK');
    }
    if (/^ACL CAT write/.test(text)) return ['set', 'del', 'xgroup|create'].map((name) => Buffer.from(name));
    if (/^ACL CAT pubsub/.test(text)) return [Buffer.from('publish')];
    if (/^(PUBSUB NUMSUB|CONFIG GET|COMMAND|MODULE LIST)/.test(text)) return [];
    return new Refused(`ERR unknown command '${text}'`);
  }

  async #info(endpoint: Endpoint): Promise<Reply> {
    const probe = this.#probe();
    const reading = await probe.read(endpoint);
    probe.close();
    if (!isReadable(reading)) throw new SessionLost(`${nameOf(endpoint)}: ${reading.unreadable}`);
    return Buffer.from(`${infoText(endpoint, reading)}${keyspaceText(this.keys(endpoint))}`);
  }
}

const keyspaceText = (keys: number): string => (keys === 0 ? '' : `db0:keys=${keys},expires=0,avg_ttl=0\r\n`);

const infoText = (
  endpoint: Endpoint,
  { role, replicationId, previousReplicationId, previousIdUpToOffset, offset, link, counters }: ServerReading,
): string =>
  Object.entries({
    redis_version: '7.0.15',
    run_id: counters.runId ?? `run of ${nameOf(endpoint)}`,
    config_file: '/etc/redis/redis.conf',
    loading: '0',
    role,
    master_replid: replicationId,
    master_repl_offset: offset,
    ...(previousReplicationId !== undefined && { master_replid2: previousReplicationId }),
    ...(previousIdUpToOffset !== undefined && { second_repl_offset: previousIdUpToOffset }),
    ...(counters.fullSyncs !== undefined && { sync_full: counters.fullSyncs }),
    ...(link && {
      slave_repl_offset: offset,
      master_link_status: link.status,
      master_host: link.followed.address,
      master_port: link.followed.port,
    }),
  })
    .map(([name, value]) => `${name}:${value}\r\n`)
    .join('');
