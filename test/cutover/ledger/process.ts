/**
 * The process of a ledger's writers: it shares nothing with what is tested, and outlives whatever is killed there. Its
 * parent talks to it over IPC.
 */
import { readContents } from './contents.ts';
import { type Log, monotonicMs, type Side, WRITER_KINDS } from './entries.ts';
import { judge, type Verdict } from './judge.ts';
import type { Answer, Ask, Crew } from './messages.ts';
import type { Connection } from './resp.ts';
import { breath, type Field, runIntruder, runWriter } from './writers.ts';

/** For answers that are on their way when the writers are told to stop. */
const STOPPING_MS = 50;

let log: Log = { entries: [], unansweredPops: new Map(), refused: { source: 0, target: 0 } };
let field: Field | undefined;
let opened = new Set<Connection>();
let running: Promise<unknown> = Promise.resolve();
let stopped = true;

const start = ({ shards, writers, paceMs, intruders }: Crew): void => {
  log = { entries: [], unansweredPops: new Map(), refused: { source: 0, target: 0 } };
  stopped = false;
  opened = new Set();
  const it: Field = {
    shards,
    sides: shards.map((): Side => 'source'),
    log,
    stopped: () => stopped,
    ...(paceMs !== undefined && { paceMs }),
  };
  field = it;
  const works: Promise<void>[] = [];
  for (const shard of shards.keys()) {
    for (const kind of WRITER_KINDS) {
      for (let nth = 0; nth < (writers[kind] ?? 0); nth++) {
        const writer = { name: `${kind}-${shard}-${nth}`, kind, shard, queue: `queue-${shard}-${nth}` };
        works.push(runWriter(writer, it, opened));
      }
    }
    if (intruders) works.push(runIntruder(shard, it, opened));
  }
  running = Promise.all(works);
  // Whatever a writer cannot explain is told with the stop.
  running.catch(() => undefined);
};

const stop = async (): Promise<void> => {
  stopped = true;
  await breath(STOPPING_MS);
  for (const connection of opened) connection.close();
  await running;
};

const judged = async (ports: readonly number[], course: Parameters<typeof judge>[2]): Promise<Verdict> => {
  const contents = await Promise.all(ports.map((port, shard) => readContents(port, log.entries, shard)));
  return judge(log, contents, course);
};

/** The longest time in which no write of the application was acknowledged, and how often both sides said no. */
const silence = (sinceMs: number): { gapMs: number; acknowledged: number } => {
  const times = log.entries
    .filter(({ kind, ackedMs }) => kind !== 'intruder' && ackedMs >= sinceMs)
    .map((e) => e.ackedMs);
  times.sort((a, b) => a - b);
  const gaps = times.map((ms, index) => ms - (times[index - 1] ?? sinceMs));
  return { gapMs: Math.max(0, ...gaps.slice(-100_000)), acknowledged: times.length };
};

const answer = async (ask: Ask): Promise<unknown> => {
  switch (ask.do) {
    case 'start':
      return start(ask.crew);
    case 'point':
      if (field) field.sides[ask.shard] = ask.side;
      return;
    case 'count':
      return { entries: log.entries.length, lastMs: log.entries.at(-1)?.ackedMs ?? 0, nowMs: monotonicMs() };
    case 'silence':
      return silence(ask.sinceMs);
    case 'stop':
      return stop();
    case 'judge':
      return judged(ask.ports, ask.course);
  }
};

process.on('message', (ask: Ask) => {
  answer(ask).then(
    (value) => process.send?.({ id: ask.id, value } satisfies Answer),
    (error: unknown) => process.send?.({ id: ask.id, error: String(error) } satisfies Answer),
  );
});
process.on('disconnect', () => process.exit(0));
process.on('SIGINT', () => undefined);
