import { destination, partsOf } from '../aliases.ts';
import { type Control, connectControl, isErrorReply, RedisUnreachableError } from '../redis/control.ts';
import type { Info } from '../redis/info.ts';

/** A customer node endpoint: where StartMigration is told to find the self-hosted source. */
export interface Endpoint {
  address: string;
  port: number;
}

/** `*`: the port that was dialled. */
export type Alias = { host: string; port: number | '*' };

/**
 * Where customer node endpoints lead: `'test.g2xbih.ng.0001.usw2.cache.amazonaws.com:6379'` -> `{host: '127.0.0.1', port: 12345}`;
 * `'10.0.0.5:*'` -> `{host: '127.0.0.1', port: '*'}` leads every port of an address. An endpoint without an alias is dialled
 * as it stands, if it is a loopback address.
 */
export type Aliases = Map<string, Alias>;

/** The source as the nodes of the group can dial it. */
export type Source = { host: string; port: number };

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/i;

export const endpointName = ({ address, port }: Endpoint): string => `${address.toLowerCase()}:${port}`;

/** Where an endpoint leads. What is not on this machine counts as unreachable: the embedded AWS never dials out. */
export const resolveSource = (endpoint: Endpoint, aliases: Aliases): Source => {
  const found = destination(endpointName(endpoint), (name) => {
    const alias = aliases.get(name);
    return alias && `${alias.host}:${alias.port}`;
  });
  if (found === undefined) return { host: endpoint.address, port: endpoint.port };
  const { host, port } = partsOf(found);
  return { host, port: Number(port) };
};

/** What the target expects of its source. */
export interface Expectations {
  clusterEnabled: boolean;
  protectedMode: 'refused' | 'ignored';
}

/**
 * Looks at the source as a client without credentials would: why a node of ElastiCache could not replicate from it.
 * The reasons are the documented requirements on the source (Migration-Prepare).
 */
export const whyNotReplicable = (source: Source, expected: Expectations): Promise<string | undefined> =>
  examine(source, async (control) => (await obstacles(control, expected))[0]);

/** What TestMigration looks at beyond that: commands that were renamed, the number of databases, the version. */
export const whyNotMigratable = (
  source: Source,
  expected: Expectations & { databases: number; version: string },
): Promise<string | undefined> =>
  examine(source, async (control) => {
    const found = await obstacles(control, expected);
    if (found.length > 0) return found[0];
    return (await differences(control, expected)).join('; ') || undefined;
  });

/**
 * What the source has written by now, in bytes of its replication stream. Undefined where INFO is renamed or refused. A source that
 * nobody reaches may have written anything: infinity.
 */
export const writtenOffset = (source: Source): Promise<number | undefined> =>
  withSource(source, async (control) => {
    const { master_repl_offset: offset } = await info(control, 'replication');
    return offset === undefined ? undefined : Number(offset);
  }).catch(ifUnreachable(Number.POSITIVE_INFINITY));

/** Does the source know a replica that listens on this port? */
export const listsReplica = (source: Source, port: number): Promise<boolean> =>
  withSource(source, async (control) =>
    Object.entries(await info(control, 'replication')).some(
      ([name, value]) => /^slave\d+$/.test(name) && value.includes(`port=${port},`),
    ),
  ).catch(ifUnreachable(false));

const ifUnreachable =
  <T>(value: T) =>
  (failure: unknown): T => {
    if (failure instanceof RedisUnreachableError) return value;
    throw failure;
  };

const withSource = async <T>(source: Source, work: (control: Control) => Promise<T>): Promise<T> => {
  if (!LOOPBACK.test(source.host)) {
    throw new RedisUnreachableError(source, { cause: new Error('it is not on this machine') });
  }
  const control = await connectControl(source);
  try {
    return await work(control);
  } finally {
    control.close();
  }
};

const examine = async (
  source: Source,
  look: (control: Control) => Promise<string | undefined>,
): Promise<string | undefined> => {
  try {
    return await withSource(source, look);
  } catch (failure) {
    if (failure instanceof RedisUnreachableError) return 'the source cannot be reached';
    if (isErrorReply(failure)) return `the source answers ${failure.message}`;
    throw failure;
  }
};

const obstacles = async (control: Control, { clusterEnabled, protectedMode }: Expectations): Promise<string[]> => {
  const refusal = await control.command('PING').then(() => undefined, errorReply);
  if (refusal?.startsWith('NOAUTH')) return ['the source has AUTH enabled'];
  if (refusal !== undefined) return [`the source answers ${refusal}`];
  const found: string[] = [];
  if (protectedMode === 'refused' && (await setting(control, 'protected-mode')) === 'yes') {
    found.push('the source is in protected mode');
  }
  const sourceIsCluster = (await info(control)).cluster_enabled === '1';
  if (sourceIsCluster !== clusterEnabled) {
    found.push(`cluster mode is ${sourceIsCluster ? 'enabled' : 'disabled'} on the source but not so on the target`);
  }
  return found;
};

/** Documented by name as commands that must not be renamed. */
const NEEDED = ['sync', 'psync', 'info', 'config', 'command', 'cluster'];

const differences = async (
  control: Control,
  { databases, version }: { databases: number; version: string },
): Promise<string[]> => {
  const found: string[] = [];
  const known = await control.command<unknown[]>('COMMAND', 'INFO', ...NEEDED).catch(ifErrorReply([]));
  const renamed = NEEDED.filter((_, index) => !Array.isArray(known[index]));
  if (renamed.length > 0) found.push(`commands are renamed on the source: ${renamed.join(', ')}`);
  const sourceDatabases = await setting(control, 'databases');
  if (sourceDatabases !== undefined && Number(sourceDatabases) !== databases) {
    found.push(`the source has ${sourceDatabases} databases and the target ${databases}`);
  }
  const sourceVersion = (await info(control)).redis_version;
  if (sourceVersion !== undefined && release(sourceVersion) > release(version)) {
    found.push(`the source's version ${sourceVersion} is newer than the target's ${version}`);
  }
  return found;
};

/** Undefined where CONFIG is renamed or refused: then nothing can be said. */
const setting = async (control: Control, name: string): Promise<string | undefined> =>
  (await control.command<string[]>('CONFIG', 'GET', name).catch(ifErrorReply([])))[1];

const info = (control: Control, section?: string): Promise<Info> => control.info(section).catch(ifErrorReply({}));

const errorReply = (failure: unknown): string => {
  if (isErrorReply(failure)) return failure.message;
  throw failure;
};

const ifErrorReply =
  <T>(value: T) =>
  (failure: unknown): T => {
    errorReply(failure);
    return value;
  };

/** 7.0.15 -> 700: the patch level changes no format. */
const release = (version: string): number => {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major * 100 + minor;
};
