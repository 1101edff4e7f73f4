import type { TargetGroups } from '../migration/ports.ts';
import { readEnvironment } from './environment.ts';

/** As the template's parameter has it: an id in lower case, the beginning of ids and a `*`, or `*` alone. */
const PATTERN = /^(?:\*|[a-z][a-z0-9-]{0,39}\*?)$/;

/** Replication groups that a deployment may migrate into. */
export class AllowedGroups implements TargetGroups {
  readonly #patterns: readonly string[];

  /** @throws RangeError naming every pattern that is none */
  constructor(patterns: readonly string[]) {
    const wrong = patterns.filter((pattern) => !PATTERN.test(pattern));
    if (wrong.length > 0) throw new RangeError(`no replication groups: ${wrong.join(', ').slice(0, 200)}`);
    this.#patterns = patterns;
  }

  has(replicationGroupId: string): boolean {
    return this.#patterns.some((pattern) =>
      pattern.endsWith('*') ? replicationGroupId.startsWith(pattern.slice(0, -1)) : replicationGroupId === pattern,
    );
  }

  toString(): string {
    return this.#patterns.join(', ');
  }
}

/** `orders-*,sessions`; undefined where one of them is no pattern. */
const groups = (text: string): AllowedGroups | undefined => {
  try {
    return new AllowedGroups(text.split(','));
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
};

/** Of the deployment. @throws EnvironmentError */
export const theAllowedGroups = (): AllowedGroups =>
  readEnvironment({ REPLICATION_GROUP_IDS: groups }).REPLICATION_GROUP_IDS;
