import type { Info } from '../../replication/info.ts';
import { onSource } from '../check.ts';
import { isAtLeast, versionIn } from '../engine.ts';
import type { Circumstances } from '../facts.ts';

/** `Unsupported CONFIG parameter: bind` (5.0.6); the same of `port`. */
const SINCE = '6.2';

/**
 * Lines that change where the source listens. Before 6.2 that takes its file and a restart; of a source whose version is
 * not known both ways are told.
 */
export const configure = (
  circumstances: Circumstances,
  info: Info | undefined,
  name: 'bind' | 'port',
  value: string,
  ...options: string[]
): string[] => {
  const version = versionIn(info?.get('redis_version') ?? '');
  const quoted = value.includes(' ') ? `"${value}"` : value;
  const set = onSource(circumstances, ...options, `CONFIG SET ${name}`, quoted);
  if (version === undefined)
    return [
      set,
      `# A source before ${SINCE} refuses that: put \`${name} ${value}\` into its redis.conf, and restart it.`,
    ];
  if (isAtLeast(version, SINCE)) return [set];
  return [
    `# The source (${version}) takes no CONFIG SET ${name}: put the next line into its redis.conf, and restart it.`,
    `${name} ${value}`,
  ];
};
