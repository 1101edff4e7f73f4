import type { Info } from '../../replication/info.ts';
import type { Clock } from '../../replication/ports.ts';
import { NEEDED_COMMANDS, SOURCE_PARAMETERS } from '../asked.ts';
import { isAtLeast } from '../engine.ts';
import type { Fact, Facts, SourceModule } from '../facts.ts';
import type { Reply } from '../ports.ts';
import { clientsOf } from './client-list.ts';
import { type ClockReading, readClock } from './clocks.ts';
import { commandFlags } from './command-info.ts';
import { factOf, MOOT } from './fact.ts';
import type { Line } from './lines.ts';
import { accepted, fieldsIn, listIn, textIn, unexpected } from './replies.ts';
import { rulesOf } from './source-rules.ts';

/** What a source says of itself, besides INFO. */
export type ServerFacts = Pick<
  Facts,
  | 'sourceConfig'
  | 'sourceCommands'
  | 'sourceModules'
  | 'sourceFunctions'
  | 'sourceUsers'
  | 'sourceRules'
  | 'sourceClients'
> & { clock: Fact<ClockReading> };

/**
 * Asks one thing after the other: all of it takes some milliseconds.
 * @param version as Redis counts; undefined when it is not known, and then everything is asked
 */
export const readServer = async (
  line: Line,
  info: Info | undefined,
  version: string | undefined,
  clock: Clock,
): Promise<ServerFacts> => {
  /** Where the version has no such thing there is nothing to read. */
  const since = <T>(wanted: string, read: () => Promise<T>) =>
    version !== undefined && !isAtLeast(version, wanted) ? MOOT : factOf(read);
  const sourceUsers = await since('6.0', async () => {
    const users = listIn(await line.ask('ACL', 'USERS'), 'ACL USERS');
    return users.map((user) => textIn(user, 'ACL USERS'));
  });
  return {
    sourceConfig: await factOf(() => configOf(line)),
    sourceCommands: await factOf(() => commandsKnownTo(line, neededIn(version))),
    sourceModules: await since('4.0', async () => modulesIn(await line.ask('MODULE', 'LIST'))),
    sourceFunctions: await since('7.0', async () =>
      namesIn(await line.ask('FUNCTION', 'LIST'), 'FUNCTION LIST', 'library_name'),
    ),
    sourceUsers,
    sourceRules: 'value' in sourceUsers ? await factOf(() => rulesOf(line, sourceUsers.value, version, clock)) : MOOT,
    sourceClients: await factOf(() => clientsOf(line, info)),
    clock: await factOf(() => readClock(line, clock)),
  };
};

/** CONFIG GET takes several parameters only from Redis 7.0 on. */
const configOf = async (line: Line): Promise<ReadonlyMap<string, string>> => {
  const answers = accepted(await line.askAll(SOURCE_PARAMETERS.map((name) => ['CONFIG', 'GET', name])));
  const config = new Map<string, string>();
  SOURCE_PARAMETERS.forEach((name, at) => {
    const fields = fieldsIn(answers[at], 'CONFIG GET');
    if (fields.size === 0) return;
    config.set(name, textIn(fields.get(name), 'CONFIG GET'));
  });
  // Whoever knows none of them hides them.
  if (config.size === 0) throw unexpected('CONFIG GET');
  return config;
};

/** Redis 2.8, from which AWS migrates too, has no cluster mode and no CLUSTER. */
const neededIn = (version: string | undefined): readonly string[] =>
  version === undefined || isAtLeast(version, '3.0')
    ? NEEDED_COMMANDS
    : NEEDED_COMMANDS.filter((name) => name !== 'cluster');

const commandsKnownTo = async (line: Line, names: readonly string[]): Promise<ReadonlyMap<string, boolean>> =>
  new Map([...(await commandFlags(line, names))].map(([name, flags]) => [name, flags !== undefined]));

/** @throws Unread */
export const modulesIn = (reply: Reply | undefined): SourceModule[] =>
  listIn(reply, 'MODULE LIST').map((one) => {
    const fields = fieldsIn(one, 'MODULE LIST');
    const path = fields.has('path') ? textIn(fields.get('path'), 'MODULE LIST') : '';
    return { name: textIn(fields.get('name'), 'MODULE LIST'), ...(path !== '' && { path }) };
  });

/** The names in a list of things that are each told by fields. */
const namesIn = (reply: Parameters<typeof listIn>[0], command: string, field: string): string[] =>
  listIn(reply, command).map((one) => textIn(fieldsIn(one, command).get(field), command));
