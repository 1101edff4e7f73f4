/**
 * AWS's rule for replication group ids: 1-40 letters, digits or hyphens, a letter first, no hyphen at the end, no two
 * hyphens in a row; stored in lower case.
 * Source: https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html
 */
export const REPLICATION_GROUP_ID = /^(?=.{1,40}$)[A-Za-z][A-Za-z0-9]*(?:-[A-Za-z0-9]+)*$/;

export const REPLICATION_GROUP_ID_RULE =
  'must have 1-40 letters, digits or hyphens, begin with a letter, not end with a hyphen and not hold two in a row';
