import type { ReplicationGroup as ReplicationGroupDescription } from '@aws-sdk/client-elasticache';
import { ElastiCacheError, invalidValue } from './errors.ts';
import type { ReplicationGroup } from './replication-group.ts';
import type { GroupSettings } from './settings.ts';
import { type Endpoint, endpointName } from './source.ts';

/** As it comes over the wire, where nothing has been checked yet. */
export interface CustomerNodeEndpoint {
  Address?: string;
  Port?: number;
}

/** "The list can only take one element" (Migration-Initiate), for cluster mode enabled as well. */
const ENDPOINTS = 1;
const HIGHEST_PORT = 65_535;

/** @throws {ElastiCacheError} InvalidParameterValue */
export const theEndpoint = (list: readonly CustomerNodeEndpoint[] | undefined): Endpoint => {
  const [endpoint] = list ?? [];
  if (endpoint === undefined || list?.length !== ENDPOINTS) {
    throw invalidValue(`CustomerNodeEndpointList must have exactly ${ENDPOINTS} element, not ${list?.length ?? 0}.`);
  }
  const { Address: address, Port: port } = endpoint;
  if (address === undefined || address === '') throw invalidValue('The customer node endpoint has no Address.');
  if (port === undefined || !Number.isInteger(port) || port < 1 || port > HIGHEST_PORT) {
    throw invalidValue(`The Port of the customer node endpoint must be between 1 and ${HIGHEST_PORT}.`);
  }
  return { address, port };
};

/** What Test- and StartMigration ask of the group before they answer. */
export const mustAcceptMigration = (group: ReplicationGroup, settings: GroupSettings): void => {
  if (group.migration !== undefined) {
    throw new ElastiCacheError(
      'ReplicationGroupAlreadyUnderMigrationFault',
      `Replication group ${group.id} is already under migration.`,
    );
  }
  group.mustBeAvailable();
  const [violation] = targetViolations(group.describe());
  if (settings.targetValidation === 'refused' && violation !== undefined) throw invalidValue(violation);
};

/** Which documented requirements on the target (Migration-Prepare) the group breaks. */
export const targetViolations = (group: ReplicationGroupDescription): string[] => {
  const broken: [boolean | undefined, string][] = [
    [group.TransitEncryptionEnabled, 'in-transit encryption is enabled'],
    [group.AuthTokenEnabled, 'AUTH is enabled'],
    [group.MultiAZ !== 'enabled', 'Multi-AZ is not enabled'],
    [group.AutomaticFailover !== 'enabled', 'automatic failover is not enabled'],
    [group.DataTiering === 'enabled' || group.CacheNodeType?.startsWith('cache.r6gd.'), 'data tiering is enabled'],
    [
      group.GlobalReplicationGroupInfo?.GlobalReplicationGroupId !== undefined,
      'the replication group is part of a global datastore',
    ],
  ];
  return broken.filter(([is]) => is).map(([, what]) => `Online migration is not possible: ${what}.`);
};

export const sourceRefused = (endpoint: Endpoint, reason: string): ElastiCacheError =>
  invalidValue(`The customer node endpoint ${endpointName(endpoint)} cannot be used: ${reason}.`);
