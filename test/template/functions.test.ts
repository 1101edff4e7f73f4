import { describe, expect, it } from 'vitest';
import { readTemplate } from '../../local/template/read.ts';
import { textOf } from '../docs/sources.ts';
import { machines } from './machine.ts';
import { keptFor } from './published.ts';
import { filesReachedFrom } from './reach.ts';
import { functions, IN_VPC, model, resourcesOf, SURROUNDINGS, TEMPLATE_PATH, template } from './support.ts';

const eventsOf = (properties: Record<string, unknown>) =>
  Object.entries((properties.Events ?? {}) as Record<string, { Type: string; Properties: Record<string, unknown> }>);

const asynchronous = functions.filter(([, { Properties }]) =>
  eventsOf(Properties).some(([, { Type }]) => Type !== 'HttpApi'),
);

describe('functions that settle, lift a fence or take an abort', () => {
  const kept = functions.filter(([, { Properties }]) => 'ReservedConcurrentExecutions' in Properties);

  it('have concurrency of their own, unless the parameter says 0', () => {
    expect(kept.map(([name]) => name)).toEqual([
      'RequestAbortFunction',
      'AbortRequestedFunction',
      'ExecutionEndedFunction',
      'SweepFunction',
      'SettleMigrationFunction',
      'MakeSafeFunction',
      'LiftFenceFunction',
      'ConfirmFunction',
      'UnfenceFunction',
      'RollBackFunction',
    ]);
    for (const [name, { Properties }] of kept) {
      expect([name, Properties.ReservedConcurrentExecutions]).toEqual([
        name,
        { 'Fn::If': ['KeepsConcurrency', { Ref: 'ReservedConcurrency' }, { Ref: 'AWS::NoValue' }] },
      ]);
    }
    const none = readTemplate(TEMPLATE_PATH, { ...SURROUNDINGS, parameters: { ReservedConcurrency: '0' } });
    expect(none.functions.filter(({ reservedConcurrency }) => reservedConcurrency !== undefined)).toEqual([]);
    const byDefault = model.functions.filter(({ reservedConcurrency }) => reservedConcurrency === 5);
    expect(byDefault).toHaveLength(kept.length);
  });
});

describe('functions of the template', () => {
  it('run on Node.js 24 on arm64, behind an alias with versions, traced', () => {
    expect(template.Globals.Function).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      AutoPublishAlias: 'live',
      Tracing: 'Active',
    });
    for (const [name, { Properties }] of functions) {
      const own = ['Runtime', 'Architectures', 'AutoPublishAlias', 'Tracing'].filter((key) => key in Properties);
      expect([name, own]).toEqual([name, []]);
    }
  });

  it('write JSON into a log group whose retention is set', () => {
    for (const [name, { Properties }] of functions) {
      const { LogFormat, LogGroup } = Properties.LoggingConfig as { LogFormat: string; LogGroup: { Ref: string } };
      expect([name, LogFormat, template.Resources[LogGroup.Ref]?.Type]).toEqual([name, 'JSON', 'AWS::Logs::LogGroup']);
    }
    for (const [name, { Properties }] of resourcesOf('AWS::Logs::LogGroup')) {
      expect([name, Properties.RetentionInDays]).toEqual([name, { Ref: 'LogRetentionDays' }]);
    }
  });

  it('hand what they refuse to a queue when they are invoked asynchronously', () => {
    expect(asynchronous.length).toBeGreaterThan(0);
    for (const [name, { Properties }] of asynchronous) {
      expect([name, Properties.EventInvokeConfig]).toEqual([
        name,
        {
          MaximumRetryAttempts: 2,
          DestinationConfig: { OnFailure: { Type: 'SQS', Destination: { 'Fn::GetAtt': ['RefusedQueue', 'Arn'] } } },
        },
      ]);
    }
  });

  it('have a retry policy and a dead-letter queue at every rule and schedule', () => {
    for (const [name, { Properties }] of asynchronous) {
      for (const [event, { Properties: rule }] of eventsOf(Properties)) {
        expect([name, event, rule.DeadLetterConfig, Object.keys(rule.RetryPolicy as object)]).toEqual([
          name,
          event,
          { Arn: { 'Fn::GetAtt': ['UndeliveredQueue', 'Arn'] } },
          ['MaximumRetryAttempts', 'MaximumEventAgeInSeconds'],
        ]);
      }
    }
  });

  it('take from the bus what is asked of the service, and not what an archive replays', () => {
    const own = model.rules.filter(({ busName }) => busName === SERVICE_BUS);

    expect(own.map(({ pattern }) => pattern['detail-type'])).toEqual([
      ['MigrationRequested'],
      ['CutoverRequested'],
      ['AbortRequested'],
    ]);
    for (const { pattern } of own) expect(pattern['replay-name']).toEqual([{ exists: false }]);
  });

  it('are called by rules and schedules that are switched on', () => {
    expect([...model.rules, ...model.schedules].filter(({ enabled }) => !enabled)).toEqual([]);
  });

  it('are named as versions by the state machines, so that an execution of weeks keeps its code', () => {
    for (const [, { Properties }] of resourcesOf('AWS::Serverless::StateMachine')) {
      const substitutions = Object.entries(Properties.DefinitionSubstitutions as Record<string, unknown>);
      const ofFunctions = substitutions.filter(([name]) => name.endsWith('FunctionArn'));
      expect(ofFunctions.length).toBeGreaterThan(0);
      for (const [name, value] of ofFunctions) {
        const logicalId = name.replace(/Arn$/, '');
        expect([name, value]).toEqual([name, { 'Fn::Sub': `\${${logicalId}.Version}` }]);
        expect(template.Resources[logicalId]?.Type).toBe('AWS::Serverless::Function');
      }
    }
  });

  it('are all reached by an event, a rule or a state machine', () => {
    const named = machines.flatMap(({ text }) => [...text.matchAll(/\$\{(\w+)Arn\}/g)].map(([, id]) => id));
    const reached = new Set([...named, ...machines.flatMap(keptFor)]);

    for (const [name, { Properties }] of functions) {
      expect([name, eventsOf(Properties).length > 0 || reached.has(name)]).toEqual([name, true]);
    }
  });

  /** By the code that they bundle. */
  const whoReach = (file: string) =>
    model.functions
      .filter(({ build }) => filesReachedFrom(build.entryPoints[0] as string).has(file))
      .map(({ logicalId }) => logicalId);

  it('run inside the VPC exactly when they dial Redis', () => {
    const inVpc = functions.filter(([, { Properties }]) => 'VpcConfig' in Properties).map(([name]) => name);

    expect(inVpc.length).toBeGreaterThan(8);
    expect(inVpc).toEqual(whoReach('functions/adapters/dial.ts'));
  });

  it('know the key for names of keys exactly when they tell such names, and only where these are redacted', () => {
    const redacting = readTemplate(TEMPLATE_PATH, { ...SURROUNDINGS, parameters: { RedactKeyNames: 'true' } });
    const [key] = redacting.macKeys;
    const told = redacting.functions.filter(({ environment }) => environment.KEY_NAMES_KEY_ARN === key?.arn);

    expect(told.map(({ logicalId }) => logicalId)).toEqual(['PreflightFunction', 'VerifyDataFunction']);
    expect(told.map(({ logicalId }) => logicalId)).toEqual(whoReach('functions/adapters/key-names.ts'));
    expect(model.macKeys).toEqual([]);
    expect(model.functions.filter(({ environment }) => environment.KEY_NAMES_KEY_ARN)).toEqual([]);
  });

  it('know the secrets for sources exactly when they dial, and may be given none', () => {
    const arns = ['a-AbCdEf', 'b/c-AbCdEf'].map(
      (name) => `arn:aws:secretsmanager:eu-west-1:111122223333:secret:${name}`,
    );
    const told = readTemplate(TEMPLATE_PATH, { ...SURROUNDINGS, parameters: { SourceSecretArns: arns.join(',') } })
      .functions.filter(({ environment }) => environment.SOURCE_SECRET_ARNS === arns.join(','))
      .map(({ logicalId }) => logicalId);

    expect(told).toEqual(whoReach('functions/adapters/the-dialler.ts'));
    expect(told).toEqual(whoReach('functions/adapters/dial.ts'));
    expect(model.functions.filter(({ environment }) => environment.SOURCE_SECRET_ARNS)).toEqual([]);
  });

  it('have room in their environment for as many secrets and networks as the parameter says', () => {
    // Lambda: 4 KB for all variables of a function.
    const room = model.functions
      .filter(({ environment }) => 'SOURCE_SECRET_ARNS' in environment)
      .map(({ environment }) => {
        const fixed = { ...environment, SOURCE_SECRET_ARNS: '', ALLOWED_NETWORKS: '' };
        // ARNs of KMS keys, of queues and of state machines are longer where the stack, the Region and the account are real.
        return (
          4096 - 300 - Object.entries(fixed).reduce((sum, [key, value]) => sum + key.length + String(value).length, 0)
        );
      });
    const said =
      /at most ([\d,]+) characters/.exec(String(template.Parameters.SourceSecretArns?.Description))?.[1] ?? '';

    expect(room.length).toBeGreaterThan(8);
    expect(Number(said.replace(',', ''))).toBe(2800);
    expect(Math.min(...room)).toBeGreaterThan(2800);
    expect(textOf('docs/source-credentials.md')).toContain(`${said} characters`);
  });

  it.each(['prod/redis', 'arn:aws:s3:::bucket', 'arn:aws:secretsmanager:eu-west-1:111122223333:secret:*'])(
    'refuse what is no ARN of one secret: %j',
    (SourceSecretArns) => {
      expect(() => readTemplate(TEMPLATE_PATH, { ...SURROUNDINGS, parameters: { SourceSecretArns } })).toThrow(
        'SourceSecretArns',
      );
    },
  );

  it('know the allowed networks exactly when they dial Redis, or take requests that name a source', () => {
    const told = model.functions
      .filter(({ environment }) => environment.ALLOWED_NETWORKS === template.Parameters.AllowedNetworks?.Default)
      .map(({ logicalId }) => logicalId);

    expect(told.filter((name) => !whoReach('functions/adapters/dial.ts').includes(name))).toEqual([
      'StartMigrationFunction',
      'MigrationRequestedFunction',
    ]);
    expect(told).toEqual(whoReach('functions/adapters/allowed-networks.ts'));
  });

  it('know the allowed replication groups exactly when they take requests that name one', () => {
    const told = readTemplate(TEMPLATE_PATH, {
      ...SURROUNDINGS,
      parameters: { ReplicationGroupIds: 'orders-*,cache' },
    }).functions.filter(({ environment }) => environment.REPLICATION_GROUP_IDS === 'orders-*,cache');

    expect(told.map(({ logicalId }) => logicalId)).toEqual(whoReach('functions/adapters/allowed-groups.ts'));
    expect(told).toHaveLength(2);
  });

  it.each(['', 'Orders', 'a,,b', 'a, b', 'a?', 'a*b', Array.from({ length: 11 }, () => 'a').join(',')])(
    'refuse what is no list of replication groups: %j',
    (ReplicationGroupIds) => {
      expect(() => readTemplate(TEMPLATE_PATH, { ...SURROUNDINGS, parameters: { ReplicationGroupIds } })).toThrow(
        'ReplicationGroupIds',
      );
    },
  );

  it.each([
    ['subnets', 'vpc', IN_VPC],
    ['none', 'api-only', {}],
  ])('know by the subnets what they can reach: with %s it is %s', (_, reach, parameters) => {
    const told = readTemplate(TEMPLATE_PATH, { ...SURROUNDINGS, parameters }).functions.filter(
      ({ environment }) => environment.REACH === reach,
    );

    expect(told.map(({ logicalId }) => logicalId)).toEqual(whoReach('functions/adapters/reach.ts'));
  });

  it('know how datapoints are judged exactly when they read them', () => {
    const told = model.functions.filter(
      ({ environment }) => environment.LINK_METRIC_PERIOD_SECONDS && environment.LINK_METRIC_DATAPOINTS,
    );

    expect(told.map(({ logicalId }) => logicalId)).toEqual(whoReach('functions/adapters/link-metrics.ts'));
  });

  it.each(['10.0.0.0', '10.0.0.0/8,::1/128', 'fd12:3456::/48'])('take networks as they are written: %s', (networks) => {
    const { functions: all } = readTemplate(TEMPLATE_PATH, {
      ...SURROUNDINGS,
      parameters: { AllowedNetworks: networks },
    });

    const told = all.filter(({ environment }) => environment.ALLOWED_NETWORKS === networks);
    expect(told.map(({ logicalId }) => logicalId)).toEqual(whoReach('functions/adapters/allowed-networks.ts'));
  });

  it.each(['everything', '10.0.0.0/8;::1', '10.0.0.0/8 192.168.0.0/16'])(
    'refuse what is no list of networks: %j',
    (networks) => {
      expect(() => readTemplate(TEMPLATE_PATH, { ...SURROUNDINGS, parameters: { AllowedNetworks: networks } })).toThrow(
        'AllowedNetworks',
      );
    },
  );
});

const SERVICE_BUS = 'elasticache-migrator';
