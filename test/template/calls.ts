import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { ElastiCacheClient } from '@aws-sdk/client-elasticache';
import { KMSClient } from '@aws-sdk/client-kms';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SFNClient } from '@aws-sdk/client-sfn';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

export interface AwsCall {
  /** As IAM names it. */
  action: string;
  /** The state machine that is named in the call, where one is. */
  machine?: string;
}

/** Commands whose action has another name. */
const ACTIONS: Record<string, string> = {
  GetCommand: 'dynamodb:GetItem',
  PutCommand: 'dynamodb:PutItem',
  UpdateCommand: 'dynamodb:UpdateItem',
  QueryCommand: 'dynamodb:Query',
  BatchGetCommand: 'dynamodb:BatchGetItem',
};

interface Command {
  constructor: { name: string };
  input: { stateMachineArn?: string };
}

const toCall = (service: string, { constructor: { name }, input }: Command): AwsCall => ({
  action: ACTIONS[name] ?? `${service}:${name.replace(/Command$/, '')}`,
  ...(input.stateMachineArn && { machine: input.stateMachineArn }),
});

/** What makes every adapter's method go its whole way: text, or an object with whatever is read of it. */
const ANYTHING = [
  ['text', 'text', 'text', '2026-01-01T00:00:00.000Z'],
  [
    {
      migrationId: 'm',
      keyHash: 'k',
      fingerprint: 'f',
      acceptedAt: 'now',
      status: 'accepted',
      limit: 1,
      hash: { value: 'h' },
    },
    1,
  ],
  ['text', { address: 'a', port: 1, at: 'now', phase: 'queued' }],
  ['text', 'failed', { phase: 'ended' }],
  ['text', 'abort', { at: 'now', requestId: 'r' }],
  ['text', 0],
  ['text', { round: 1, checkpoint: { steps: 1 } }],
  ['text', [{ at: '2026-01-01T00:00:00.000Z', phase: 'copying' }]],
  ['text', 0, 1],
  [['test-001'], { sinceMs: 0, untilMs: 60_000, periodSeconds: 60 }],
  [{ endedBefore: 'now', atWorkBefore: 'now' }, 1],
];

/**
 * Which AWS calls each method of the adapters makes, found by calling it with clients that send nothing: once every
 * write succeeds, once every condition fails.
 */
export const callsOfAdapters = async (): Promise<{
  calls: Map<string, AwsCall[]>;
  ports: Record<string, string[]>;
}> => {
  Object.assign(process.env, {
    AWS_REGION: 'us-west-2',
    TABLE_NAME: 'table',
    MIGRATION_STATE_MACHINE_ARN: 'migration',
    SETTLEMENT_STATE_MACHINE_ARN: 'settlement',
    CERTIFICATE_KEY_ARN: 'key',
    KEY_NAMES_KEY_ARN: 'names',
  });
  let sent: AwsCall[] = [];
  let conditionsHold = true;
  const answering = (service: string) => async (command: Command) => {
    const call = toCall(service, command);
    sent.push(call);
    const writes = call.action === 'dynamodb:UpdateItem' || call.action === 'dynamodb:PutItem';
    if (writes && !conditionsHold) throw new ConditionalCheckFailedException({ $metadata: {}, message: 'no' });
    // A record that has ended: who looks again and again until its write succeeds looks no more.
    const item = { owner: 'somebody', body: '{}', hash: 'h', ...(!conditionsHold && { outcome: 'failed' }) };
    return { Item: item, Attributes: item, SigningAlgorithms: ['ECDSA_SHA_256'] };
  };
  DynamoDBDocumentClient.prototype.send = answering('dynamodb') as never;
  SFNClient.prototype.send = answering('states') as never;
  ElastiCacheClient.prototype.send = answering('elasticache') as never;
  KMSClient.prototype.send = answering('kms') as never;
  SecretsManagerClient.prototype.send = answering('secretsmanager') as never;
  CloudWatchClient.prototype.send = answering('cloudwatch') as never;

  const { theMigrations } = await import('../../functions/adapters/migrations.ts');
  const { theCheckpoints } = await import('../../functions/adapters/checkpoints.ts');
  const { theFleet } = await import('../../functions/adapters/fleet.ts');
  const { theLine } = await import('../../functions/adapters/line.ts');
  const { theCertificates } = await import('../../functions/adapters/certificates.ts');
  const { theFences } = await import('../../functions/adapters/fences.ts');
  const { theSigner } = await import('../../functions/adapters/kms.ts');
  const { theKeyNames } = await import('../../functions/adapters/key-names.ts');
  const { linkMetrics } = await import('../../functions/adapters/link-metrics.ts');
  const { theLocks } = await import('../../functions/adapters/locks.ts');
  const { replicationGroups } = await import('../../functions/adapters/replication-groups.ts');
  const { targetDescriptions } = await import('../../functions/adapters/target-descriptions.ts');
  const { secretsManager } = await import('../../functions/adapters/the-dialler.ts');
  const { theSamples } = await import('../../functions/adapters/samples.ts');
  const { executionHistory } = await import('../../functions/adapters/execution-history.ts');
  const { executions, migrationStarter, settlementStarter } = await import('../../functions/adapters/workflow.ts');
  const adapters: Record<string, object> = {
    Migrations: theMigrations(),
    Locks: theLocks(),
    Fleet: theFleet(),
    Line: theLine(),
    Fences: theFences(),
    Certificates: theCertificates(),
    Signer: theSigner(),
    KeyNames: theKeyNames(),
    Checkpoints: theCheckpoints(),
    Samples: theSamples(),
    LinkMetrics: linkMetrics,
    Workflow: { ...executions, ...executionHistory(), ...migrationStarter(), ...settlementStarter() },
    ReplicationGroups: replicationGroups,
    TargetDescriptions: targetDescriptions,
    SourceSecrets: { fetch: secretsManager() },
  };

  const calls = new Map<string, AwsCall[]>();
  for (const [port, adapter] of Object.entries(adapters)) {
    for (const [name, method] of Object.entries(adapter) as [string, (...args: unknown[]) => unknown][]) {
      sent = [];
      for (conditionsHold of [true, false]) {
        for (const args of ANYTHING) {
          // Most of these arguments are nonsense to most methods: only what is sent counts.
          await Promise.resolve()
            .then(() => method(...args))
            .catch(() => undefined);
        }
      }
      calls.set(`${port}.${name}`, sent);
    }
  }
  return { calls, ports: Object.fromEntries(Object.entries(adapters).map(([port, one]) => [port, Object.keys(one)])) };
};
