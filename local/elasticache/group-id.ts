import { invalidValue } from './errors.ts';

/** "1 to 40 alphanumeric characters or hyphens; the first must be a letter; no trailing hyphen and no two in a row; stored in lower case" (CreateReplicationGroup). */
const RULE = /^[a-z](?:-?[a-z0-9])*$/i;
const LONGEST = 40;

/** @throws {ElastiCacheError} InvalidParameterValue */
export const groupId = (id: string): string => {
  if (id.length > LONGEST || !RULE.test(id)) {
    throw invalidValue(
      `The parameter ReplicationGroupId is not a valid identifier: ${JSON.stringify(id)}. It must have 1 to ${LONGEST} letters, digits or hyphens, begin with a letter, and neither end with a hyphen nor contain two in a row.`,
    );
  }
  return id.toLowerCase();
};
