import { type Control, connectControl, isErrorReply, RedisUnreachableError } from '../redis/control.ts';
import type { Info } from '../redis/info.ts';

/** A customer node endpoint: where StartMigration is told to find the self-hosted source. */
export interface Endpoint {
  address: string;
  port: number;
}

/**
 * Where customer node endpoints lead: `'test.g2xbih.ng.0001.usw2.cache.amazonaws.com:6379'` -> `{host: '127.0.0.1', port: 12345}`.
 * An endpoint without an alias is dialled as it stands, if it is a loopback address.
 */
export type Aliases = Map<string, { host: string; port: number }>;

/** The source as the nodes of the group can dial it. */
export type Source = { host: string; port: number };

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|::1)$/i;

export const endpointName = ({ address, port }: Endpoint): string => `${address.toLowerCase()}:${port}`;

/** Undefined for whatever is not on this machine: the embedded AWS never dials out, so such a source cannot be reached. */
export const resolveSource = (endpoint: Endpoint, aliases: Aliases): Source | undefined => {
  const source = aliases.get(endpointName(endpoint)) ?? { host: endpoint.address, port: endpoint.port };
  return LOOPBACK.test(source.host) ? source : undefined;
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
export const whyNotReplicable = (source: Source | undefined, expected: Expectations): Promise<string | undefined> =>
  examine(source, async (control) => (await obstacles(control, expected))[0]);

/** What TestMigration looks at beyond that: commands that were renamed, the number of databases, the version. */
export const whyNotMigratable = (
  source: Source | undefined,
  expected: Expectations & { databases: number; version: string },
): Promise<string | undefined> =>
  examine(source, async (control) => {
    const found = await obstacles(control, expected);
    if (found.length > 0) return found[0];
    return (await differences(control, expected)).join('; ') || undefined;
  });

const examine = async (
  source: Source | undefined,
  look: (control: Control) => Promise<string | undefined>,
): Promise<string | undefined> => {
  if (source === undefined) return 'the source cannot be reached';
  let control: Control | undefined;
  try {
    control = await connectControl(source);
    return await look(control);
  } catch (failure) {
    if (failure instanceof RedisUnreachableError) return 'the source cannot be reached';
    if (isErrorReply(failure)) return `the source answers ${failure.message}`;
    throw failure;
  } finally {
    control?.close();
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

const info = (control: Control): Promise<Info> => control.info().catch(ifErrorReply({}));

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
