import type {
  CreateReplicationGroupCommandInput,
  Event,
  ReplicationGroup as ReplicationGroupDescription,
} from '@aws-sdk/client-elasticache';
import { type Clock, systemClock } from '../clock.ts';
import { RedisStartError } from '../redis/errors.ts';
import { findRedisServer } from '../redis/server.ts';
import { type Account, defaultAccount } from './account.ts';
import { Background } from './background.ts';
import { completeMigration } from './complete-migration.ts';
import type { ControlPlane } from './control-plane.ts';
import { groupOptions } from './create-group.ts';
import {
  type DescribeCacheClustersInput,
  type DescribeReplicationGroupsInput,
  describeCacheClusters,
  describeReplicationGroups,
} from './describe-calls.ts';
import { ElastiCacheError, groupNotFound, invalidCombination } from './errors.ts';
import { eventText, type MigrationOutcome } from './event-texts.ts';
import { type DescribeEventsInput, EventLog } from './events.ts';
import { Faults } from './faults.ts';
import { groupId } from './group-id.ts';
import {
  type DescribeCacheParametersInput,
  type DescribeCacheParametersOutput,
  describeCacheParameters,
} from './parameters.ts';
import { type GroupOptions, ReplicationGroup } from './replication-group.ts';
import { type CustomerNodeEndpoint, theEndpoint } from './requirements.ts';
import { defaultSettings, delayMs, type GroupSettings } from './settings.ts';
import type { Aliases } from './source.ts';
import { startGroup } from './start-group.ts';
import { startMigration } from './start-migration.ts';
import { testMigration } from './test-migration.ts';
import { sleep } from './wait.ts';

export interface ElastiCacheOptions {
  clock?: Clock;
  /** Over {@link defaultSettings}, for every group. */
  settings?: Partial<GroupSettings>;
  account?: Partial<Account>;
  aliases?: Aliases;
  promoting?: ControlPlane['promoting'];
}

interface Answer {
  ReplicationGroup: ReplicationGroupDescription;
}

interface MigrationInput {
  ReplicationGroupId: string;
  CustomerNodeEndpointList?: readonly CustomerNodeEndpoint[];
}

/**
 * ElastiCache's control plane over replication groups made of real redis-server processes. The calls of the API take and give
 * the SDK's shapes, and reject with {@link ElastiCacheError}; the members beside them are for who runs the embedded AWS.
 */
export class ElastiCache {
  readonly faults = new Faults();
  readonly aliases: Aliases;
  readonly account: Account;
  readonly #clock: Clock;
  readonly #events: EventLog;
  readonly #groups = new Map<string, ReplicationGroup>();
  readonly #background = new Background();
  readonly #plane: ControlPlane;
  #settings: GroupSettings;

  constructor(options: ElastiCacheOptions = {}) {
    const { clock = systemClock, settings = {}, account = {}, aliases = new Map(), promoting = () => {} } = options;
    this.#clock = clock;
    this.#settings = { ...defaultSettings, ...settings };
    this.account = { ...defaultAccount(), ...account };
    this.aliases = aliases;
    this.#events = new EventLog(clock);
    this.#plane = {
      clock,
      aliases,
      signal: this.#background.signal,
      settings: (group) => this.settingsOf(group.id),
      announce: (group, outcome) => this.#announce(group, outcome),
      promoting,
      background: (work) => this.#background.run(work),
    };
  }

  /** Changes settings at run time: of every group, or of one (whose own settings go before the service's). */
  configure(settings: Partial<GroupSettings>, id?: string): void {
    if (id === undefined) this.#settings = { ...this.#settings, ...settings };
    else {
      const group = this.group(id);
      group.options = { ...group.options, settings: { ...group.options.settings, ...settings } };
    }
  }

  /** The settings in force for a group. */
  settingsOf(id: string): GroupSettings {
    return { ...this.#settings, ...this.#groups.get(id)?.options.settings };
  }

  /** @throws {ElastiCacheError} ReplicationGroupNotFoundFault */
  group(id: string): ReplicationGroup {
    const group = this.#groups.get(id.toLowerCase());
    if (group === undefined) throw groupNotFound(id);
    return group;
  }

  groups(): readonly ReplicationGroup[] {
    return [...this.#groups.values()].sort((one, other) => (one.id < other.id ? -1 : 1));
  }

  /** Makes a group and resolves when it is available: for whoever sets the scene. What it is like is all in its options. */
  async createGroup(options: GroupOptions): Promise<ReplicationGroup> {
    const group = this.#add({ ...options, id: groupId(options.id) });
    await this.#background.track(this.#start(group));
    return group;
  }

  async createReplicationGroup(input: Partial<CreateReplicationGroupCommandInput>): Promise<Answer> {
    const id = groupId(required(input.ReplicationGroupId, 'ReplicationGroupId'));
    required(input.ReplicationGroupDescription, 'ReplicationGroupDescription');
    const server = await findRedisServer();
    const group = this.#add(groupOptions(id, input, { account: this.account, groups: this.groups(), server }));
    this.#background.run(async () => {
      await sleep(this.#clock, delayMs(this.settingsOf(id).createDelayMs), this.#background.signal);
      // Nobody waits for this one: who asked for the group finds `create-failed` and the event.
      await this.#start(group).catch((failure: unknown) => {
        if (!(failure instanceof RedisStartError)) throw failure;
      });
    });
    return { ReplicationGroup: group.describe() };
  }

  async deleteReplicationGroup(input: {
    ReplicationGroupId: string;
    RetainPrimaryCluster?: boolean;
    FinalSnapshotIdentifier?: string;
  }): Promise<Answer> {
    const group = this.#named(input);
    if (input.FinalSnapshotIdentifier !== undefined) {
      throw new ElastiCacheError('SnapshotFeatureNotSupportedFault', 'Snapshots are not supported here.');
    }
    if (input.RetainPrimaryCluster === true) throw invalidCombination('RetainPrimaryCluster is not supported here.');
    group.mustBeAvailable();
    group.status = 'deleting';
    this.#background.run(async () => {
      await sleep(this.#clock, delayMs(this.settingsOf(group.id).deleteDelayMs), this.#background.signal);
      await group.stop();
      this.#groups.delete(group.id);
    });
    return { ReplicationGroup: group.describe() };
  }

  async testMigration(input: MigrationInput): Promise<Answer> {
    const group = this.#named(input);
    testMigration(this.#plane, group, theEndpoint(input.CustomerNodeEndpointList));
    return { ReplicationGroup: group.describe() };
  }

  async startMigration(input: MigrationInput): Promise<Answer> {
    const group = this.#named(input);
    await startMigration(this.#plane, group, theEndpoint(input.CustomerNodeEndpointList));
    return { ReplicationGroup: group.describe() };
  }

  async completeMigration(input: { ReplicationGroupId: string; Force?: boolean }): Promise<Answer> {
    const group = this.#named(input);
    await completeMigration(this.#plane, group, input.Force === true);
    return { ReplicationGroup: group.describe() };
  }

  async describeReplicationGroups(
    input: DescribeReplicationGroupsInput,
  ): Promise<ReturnType<typeof describeReplicationGroups>> {
    const { ReplicationGroupId: id } = input;
    return describeReplicationGroups(id === undefined ? this.groups() : [this.group(id)], input, this.#ageMs);
  }

  async describeCacheClusters(input: DescribeCacheClustersInput): Promise<ReturnType<typeof describeCacheClusters>> {
    return describeCacheClusters(this.groups(), input, this.#ageMs);
  }

  async describeEvents(input: DescribeEventsInput = {}): Promise<{ Marker?: string; Events: Event[] }> {
    const { items, ...marker } = this.#events.describe(input, this.#ageMs({ id: input.SourceIdentifier ?? '' }));
    return { ...marker, Events: items };
  }

  async describeCacheParameters(input: DescribeCacheParametersInput): Promise<DescribeCacheParametersOutput> {
    required(input.CacheParameterGroupName, 'CacheParameterGroupName');
    return describeCacheParameters(input, this.account);
  }

  /** Ends every wait, every flow and every node. */
  async close(): Promise<void> {
    await this.#background.close();
    await Promise.all(this.groups().map((group) => group.stop()));
    this.#groups.clear();
  }

  #add(options: GroupOptions): ReplicationGroup {
    if (this.#groups.has(options.id)) {
      throw new ElastiCacheError(
        'ReplicationGroupAlreadyExists',
        'Replication group with specified name already exists.',
      );
    }
    const group = new ReplicationGroup(options, this.#clock, () => this.settingsOf(options.id));
    this.#groups.set(options.id, group);
    return group;
  }

  #start(group: ReplicationGroup): Promise<void> {
    return startGroup(group, this.account, this.#events, this.#background.signal);
  }

  #named(input: { ReplicationGroupId?: string }): ReplicationGroup {
    return this.group(required(input.ReplicationGroupId, 'ReplicationGroupId'));
  }

  readonly #ageMs = ({ id }: { id: string }): number => delayMs(this.settingsOf(id).describeStalenessMs);

  #announce(group: ReplicationGroup, outcome: MigrationOutcome): void {
    const { eventWording, eventDelayMs } = this.settingsOf(group.id);
    const add = () => this.#events.add('replication-group', group.id, eventText(eventWording, group.id, outcome));
    const wait = delayMs(eventDelayMs);
    if (wait === 0) add();
    else this.#background.run(() => sleep(this.#clock, wait, this.#background.signal).then(add));
  }
}

const required = <T>(value: T | undefined, name: string): T => {
  if (value !== undefined && value !== '') return value;
  throw new ElastiCacheError('MissingParameter', `The request must contain the parameter ${name}.`);
};
