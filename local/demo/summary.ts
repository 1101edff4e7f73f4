import { DOCUMENTED_GROUP, type World } from '../world.ts';
import type { MigrationView } from './api-client.ts';
import { count, duration } from './format.ts';
import type { Screen } from './screen.ts';
import { connectSource } from './seed.ts';
import { WRITER_KEY, type Writer } from './writer.ts';

/** What the demo proved, read from the servers themselves, and where to look next. */
export const summarize = async (screen: Screen, world: World, view: MigrationView, writer: Writer): Promise<void> => {
  const { aws, source } = world;
  screen.line();
  screen.line('  How long each phase took');
  for (const { phase, ms } of durations(view)) screen.line(`    ${phase.padEnd(16)} ${duration(ms)}`);
  screen.line(`    ${'in all'.padEnd(16)} ${duration(durations(view).reduce((sum, { ms }) => sum + ms, 0))}`);
  screen.line();

  const nodes = await Promise.all(
    aws.elastiCache
      .group(DOCUMENTED_GROUP.id)
      .nodes()
      .map(async ({ id, port }) => ({ id, ...(await readNode(port)) })),
  );
  const original = await readNode(source.port);
  screen.line('  What the servers say');
  screen.line(
    `    ${'source'.padEnd(10)} ${original.role.padEnd(7)} ${count(original.keys)} keys, last write ${original.lastWrite}`,
  );
  for (const node of nodes) {
    const link = node.link ? `, link to its primary ${node.link}` : '';
    screen.line(
      `    ${node.id.padEnd(10)} ${node.role.padEnd(7)} ${count(node.keys)} keys, last write ${node.lastWrite}${link}`,
    );
  }
  const lost = await lostWrites(primaryOf(world).port, writer.ledger);
  screen.line();
  screen.line('  What the application saw');
  screen.line(
    `    ${count(writer.acknowledgedBefore)} writes acknowledged by the old primary, none of them after its fence`,
  );
  screen.line(
    `    ${count(writer.refused)} tries refused or broken off, ${duration(writer.gapMs ?? 0)} without a primary`,
  );
  screen.line(`    ${count(writer.acknowledged - writer.acknowledgedBefore)} writes acknowledged by the new primary`);
  screen.line(`    ${count(lost)} acknowledged writes lost`);
  const [primary, ...replicas] = nodes;
  const whole =
    lost === 0 &&
    nodes.every(
      ({ keys, lastWrite: last }) => keys === original.keys && last === String(writer.ledger.get(WRITER_KEY)),
    ) &&
    primary?.role === 'primary' &&
    replicas.every(({ role, link }) => role === 'replica' && link === 'up');
  screen.line();
  screen.line(
    whole
      ? '  The primary is promoted, its replicas follow it, and every acknowledged write is there.'
      : '  The nodes are NOT what they should be now: please report this with the lines above.',
  );
  screen.line();
  screen.line('  Where to look next');
  screen.line(
    '    npm start          the same embedded AWS, left running, for curl and the aws command, with a console',
  );
  screen.line('    docs/states.md     what each state means, and what to do if a migration sits there');
  screen.line('    docs/events.md     the notifications that you saw above');
  screen.line('    docs/cutover.md    how the source is fenced, and the ways out');
  if (!whole) process.exitCode = 1;
};

/** Of each key the last acknowledged write; a later one that nobody acknowledged may have come through, too. */
const lostWrites = async (port: number, ledger: ReadonlyMap<string, number>): Promise<number> => {
  const client = await connectSource(port);
  const keys = [...ledger.keys()];
  const values = (await client.sendCommand(['MGET', ...keys])) as unknown[];
  client.destroy();
  return keys.filter((key, index) => !(Number(values[index]) >= (ledger.get(key) ?? 0))).length;
};

/** The primary of the group as it is now. */
export const primaryOf = ({ aws }: World): { port: number } => {
  const [primary] = aws.elastiCache.group(DOCUMENTED_GROUP.id).nodes();
  if (!primary) throw new Error(`Replication group ${DOCUMENTED_GROUP.id} has no nodes`);
  return primary;
};

const durations = ({ phases, stoppedAt }: MigrationView) =>
  phases
    .filter(({ phase }) => phase !== 'ended')
    .map(({ phase, at }, index) => {
      const next = phases[index + 1]?.at ?? stoppedAt ?? at;
      return { phase, ms: Date.parse(next) - Date.parse(at) };
    });

const readNode = async (port: number) => {
  const client = await connectSource(port);
  const info = String(await client.sendCommand(['INFO', 'replication']));
  const keys = Number(await client.sendCommand(['DBSIZE']));
  const lastWrite = String(await client.sendCommand(['GET', WRITER_KEY]));
  client.destroy();
  const role = /^role:(\w+)/m.exec(info)?.[1] ?? 'unknown';
  const link = /^master_link_status:(\w+)/m.exec(info)?.[1];
  return { role: role === 'master' ? 'primary' : 'replica', keys, lastWrite, ...(link && { link }) };
};
