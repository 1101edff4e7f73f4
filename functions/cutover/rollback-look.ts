import type { RollbackPossibility } from '../migration/cutover-record.ts';
import type { FencedShard, FenceRecord } from '../migration/fence.ts';
import type { Endpoint } from '../migration/record.ts';
import { textIn } from '../preflight/gather/replies.ts';
import { type Reply, type Servers, type Session, Unread } from '../preflight/ports.ts';
import { endpointText, shown } from '../preflight/text.ts';
import { parseInfo } from '../replication/info.ts';
import type { Clock } from '../replication/ports.ts';
import type { CallsByShard, Rollbacks } from './rollback-ports.ts';
import { judgeWritten, readNode } from './written.ts';

const LOOK_MS = 3000;
/** CLIENT PAUSE knows WRITE from here on. */
const PAUSING_SINCE = [6, 2] as const;

/** What speaks against a rollback; `written` alone is so for good. */
export interface Against {
  proof: 'written' | 'unknown';
  why: string;
}

/**
 * Whether one call still returns to the source, for the view. Call it first at once when the promotion is proven: it then keeps what the
 * promoted primaries tell, without which keys that expired on the source look like writes. Nothing is changed on any
 * server. What cannot be read makes it impossible for now, and says so.
 *
 * @throws TransientServiceError of the table
 */
export const makeRollbackLook =
  (servers: Pick<Servers, 'open'>, rollbacks: Pick<Rollbacks, 'find' | 'keepCalls'>, clock: Clock) =>
  async (fence: FenceRecord): Promise<RollbackPossibility> => {
    const untilMs = clock.now() + LOOK_MS;
    const sessions: Session[] = [];
    const open = async (endpoint: Endpoint): Promise<Session> => {
      const session = await servers.open(endpoint, untilMs);
      sessions.push(session);
      return session;
    };
    const { migrationId } = fence;
    try {
      const { promotedCalls } = await rollbacks.find(migrationId);
      const found = await againstRollback(fence, promotedCalls, open);
      if (found.keep && !promotedCalls) await rollbacks.keepCalls(migrationId, found.keep);
      const asOf = new Date(clock.now()).toISOString();
      const forGood = found.against?.proof === 'written' && ({ forGood: true } as const);
      return found.against
        ? { possible: false, ...forGood, why: found.against.why, asOf }
        : { possible: true, why: 'Nothing was written to the target since the source was fenced.', asOf };
    } finally {
      for (const session of sessions) session.close();
    }
  };

/**
 * Looks at the source and at the target's primaries, by connections that the caller ends.
 *
 * @returns what speaks against it, if anything does; and the calls that nothing written is among, to keep
 */
export const againstRollback = async (
  fence: FenceRecord,
  promotedCalls: CallsByShard | undefined,
  open: (endpoint: Endpoint) => Promise<Session>,
): Promise<{ against?: Against; keep?: CallsByShard }> => {
  const shards = fence.shards ?? [];
  if (shards.length === 0) return { against: { proof: 'unknown', why: 'The record of the fence tells no shards.' } };
  const keep: CallsByShard = {};
  for (const shard of shards) {
    const primary = shard.nodes.find(({ role }) => role === 'primary');
    if (!primary)
      return { against: { proof: 'unknown', why: `The record of shard ${shard.nodeGroupId} tells no primary.` } };
    try {
      const source = await sourceAgainst(fence, shard, await open(shard.source));
      if (source) return { against: { proof: 'unknown', why: source } };
      const session = await open(primary.endpoint);
      const reading = await readNode(session);
      const judged = judgeWritten(shard, reading, promotedCalls?.[shard.nodeGroupId]);
      if (judged.written !== 'no') {
        const why = shown(`In ${judged.why}.`, 500);
        return { against: { proof: judged.written === 'yes' ? 'written' : 'unknown', why } };
      }
      keep[shard.nodeGroupId] = reading.writeCalls;
      const tooOld = await pausingAgainst(primary.endpoint, session);
      if (tooOld) return { against: { proof: 'unknown', why: tooOld } };
    } catch (error) {
      if (!(error instanceof Unread)) throw error;
      return { against: { proof: 'unknown', why: shown(`Not everything could be read: ${error.message}.`, 500) } };
    }
  }
  return { keep };
};

const NO_HISTORY = /^0+$/;

/**
 * The source must still have what it had under the fence: not be restarted, replaced, or filled from elsewhere. A primary
 * without replicas takes a new replication id when its backlog ends (repl-backlog-ttl, by default an hour), and has no
 * previous one then.
 *
 * @throws Unread
 */
const sourceAgainst = async (
  fence: FenceRecord,
  { source, replicationId }: FencedShard,
  session: Session,
): Promise<string | undefined> => {
  const name = endpointText(source);
  const [server, replication] = (await session.askAll([
    ['INFO', 'server'],
    ['INFO', 'replication'],
  ])) as [Reply, Reply];
  const info = parseInfo(`${textIn(server, 'INFO')}\n${textIn(replication, 'INFO')}`);
  if (info.get('role') !== 'master') return `The source ${name} is no primary any more.`;
  if (info.get('master_replid') === replicationId) return undefined;
  const runId = fence.nodes.find(({ endpoint }) => endpointText(endpoint) === name)?.runId;
  const isSameProcess = runId !== undefined && info.get('run_id') === runId;
  if (isSameProcess && NO_HISTORY.test(info.get('master_replid2') ?? '')) return undefined;
  return `The source ${name} was restarted or replaced since the fence: whether it has all the data is not known.`;
};

/** @throws Unread */
const pausingAgainst = async (endpoint: Endpoint, session: Session): Promise<string | undefined> => {
  const version = parseInfo(String(await session.ask('INFO', 'server'))).get('redis_version') ?? '';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isNewEnough = major > PAUSING_SINCE[0] || (major === PAUSING_SINCE[0] && minor >= PAUSING_SINCE[1]);
  if (isNewEnough) return undefined;
  return `${endpointText(endpoint)} is of version ${shown(version, 20) || 'unknown'}: writes to it can be paused from 6.2 on.`;
};
