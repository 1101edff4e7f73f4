import { describe, expect, it } from 'vitest';
import { shipped } from '../docs/sources.ts';
import { hearWhile } from '../functions/support/figures.ts';
import { callsOfAdapters } from './calls.ts';
import { calledBy, machines } from './machine.ts';
import { keptFor } from './published.ts';
import { filesReachedFrom, methodsUsedBy } from './reach.ts';
import { functions, model, type Resource, resourcesOf, statementsOf, template, templateText } from './support.ts';

const { result, figures, lines } = await hearWhile(callsOfAdapters);
const { calls, ports } = result;

const WITHOUT_RESOURCE = [
  'states:SendTaskSuccess',
  'states:SendTaskFailure',
  'elasticache:DescribeEvents',
  'cloudwatch:GetMetricData',
];

/** What the call of an action has to be allowed on. */
const resourceFor = (action: string, machine: string | undefined): string => {
  if (action === 'dynamodb:Query') return `\${MigrationTable.Arn}/index/*`;
  if (action.startsWith('dynamodb:')) return 'MigrationTable.Arn';
  if (action === 'states:StartExecution')
    return machine === 'migration' ? 'MigrationStateMachine' : 'SettlementStateMachine';
  if (WITHOUT_RESOURCE.includes(action)) return '*';
  if (action === 'secretsmanager:GetSecretValue') return 'SourceSecretArns';
  if (action === 'kms:Decrypt') return 'SourceSecretKeyArn';
  if (action === 'kms:GenerateMac') return 'KeyNamesKey.Arn';
  if (action.startsWith('kms:')) return 'CertificateKeyArn';
  const arn = (service: string, rest: string) =>
    `arn:\${AWS::Partition}:${service}:\${AWS::Region}:\${AWS::AccountId}:${rest}`;
  if (action.startsWith('states:')) return arn('states', `execution:\${AWS::StackName}-migration:*`);
  if (action === 'elasticache:DescribeCacheClusters') return arn('elasticache', 'cluster:*');
  if (action === 'elasticache:DescribeCacheParameters') return arn('elasticache', 'parametergroup:*');
  return arn('elasticache', 'replicationgroup:*');
};

/** What a service calls as the role that calls it. */
const IMPLIED: Record<string, string> = { 'secretsmanager:GetSecretValue': 'kms:Decrypt' };

/** `!Ref X` is X, `!GetAtt X.Arn` is X.Arn, `!Sub` is its text. */
const nameOf = (resource: unknown): string =>
  typeof resource === 'string'
    ? resource
    : Object.values(resource as object)
        .flat()
        .join('.');

describe('the adapters', () => {
  it('have a known call for every method of the ports', () => {
    const silent = [...calls].filter(([, made]) => made.length === 0).map(([method]) => method);

    // An execution's ARN follows from the machine's.
    expect(silent).toEqual(['Workflow.settlementArn', 'Workflow.executionArn']);
  });

  it('told of their writes on the way, and of no fault', () => {
    expect(new Set(figures.map(([name]) => name))).toEqual(new Set(['MigrationsAccepted', 'MigrationsPromoted']));
    expect(new Set(lines.map(({ level, message }) => `${level} ${message}`))).toEqual(new Set(['INFO phase entered']));
  });
});

describe('the calls', () => {
  const commandsOf = (text: string): string[] =>
    [...text.matchAll(/^import \{([^}]*)\} from '@aws-sdk\/[\w-]+';/gm)].flatMap(([, names = '']) =>
      [...names.matchAll(/(?<!type )\b(\w+)Command\b/g)].map(([, name = '']) => name),
    );

  it('are known by every command of the SDK that they import', () => {
    const imported = new Set(shipped.flatMap(({ text }) => commandsOf(text)));
    const made = new Set([...calls.values()].flat().map(({ action }) => action.split(':')[1] as string));
    // The document client's names are shorter.
    const known = (name: string) => made.has(name) || made.has(`${name}Item`);

    expect(imported.size).toBeGreaterThan(15);
    expect([...imported].filter((name) => !known(name))).toEqual([]);
  });

  it('are in the bundle of every function that is allowed them', () => {
    const entries = new Map(model.functions.map(({ logicalId, build }) => [logicalId, build.entryPoints[0] as string]));
    for (const [logicalId, resource] of functions) {
      const bundled = [...filesReachedFrom(entries.get(logicalId) as string).values()].flatMap(commandsOf);
      const granted = statementsOf(resource)
        .flatMap(({ Action }) => Action)
        .filter((action) => !Object.values(IMPLIED).includes(action))
        .map((action) => action.split(':')[1] ?? '');
      const idle = granted.filter((name) => !bundled.includes(name) && !bundled.includes(name.replace(/Item$/, '')));
      expect([logicalId, idle]).toEqual([logicalId, []]);
    }
  });
});

describe('permissions', () => {
  const entryOf = new Map(model.functions.map(({ logicalId, build }) => [logicalId, build.entryPoints[0] as string]));

  const neededBy = (logicalId: string): string[] => {
    const made = methodsUsedBy(entryOf.get(logicalId) as string, ports).flatMap((method) => calls.get(method) ?? []);
    const implied = made.flatMap(({ action }) =>
      IMPLIED[action] ? [{ action: IMPLIED[action], machine: undefined }] : [],
    );
    const all = [...made, ...implied];
    return [...new Set(all.map(({ action, machine }) => `${action} on ${resourceFor(action, machine)}`))].sort();
  };
  const grantedTo = (resource: Resource): string[] =>
    statementsOf(resource)
      .flatMap(({ Action, Resource }) => Action.map((action) => ({ action, resources: Resource.map(nameOf) })))
      // CompleteMigration is also checked against the group's clusters (Service Authorization Reference, ElastiCache).
      .flatMap(({ action, resources }) =>
        resources
          .filter((name) => !/CompleteMigration/.test(action) || !name.endsWith(':cluster:*'))
          // Whoever reads what was announced reads the settlement's executions too.
          .filter((name) => !/GetExecutionHistory/.test(action) || !name.endsWith('-settlement:*'))
          .map((name) => `${action} on ${name}`),
      )
      .sort();

  it.each(functions)('of %s are those of the calls that its code makes, and no others', (logicalId, resource) => {
    expect(grantedTo(resource)).toEqual(neededBy(logicalId));
  });

  it('would not be, were one wider, or were one not there', () => {
    const resource = template.Resources.WatchPromotionFunction as Resource;
    const changed = (change: (text: string) => string) =>
      grantedTo(JSON.parse(change(JSON.stringify(resource))) as Resource);
    const needed = neededBy('WatchPromotionFunction');

    expect(changed((text) => text)).toEqual(needed);
    expect(
      changed((text) => text.replace('"dynamodb:GetItem"', '"dynamodb:GetItem","dynamodb:DeleteItem"')),
    ).not.toEqual(needed);
    expect(changed((text) => text.replace(/"dynamodb:UpdateItem"/, '"dynamodb:GetItem"'))).not.toEqual(needed);
    expect(changed((text) => text.replaceAll('"MigrationTable"', '"OtherTable"'))).not.toEqual(needed);
  });

  it('to read metrics are given in a stack without a VPC alone', () => {
    const conditional = functions.flatMap(([name, { Properties }]) =>
      (Properties.Policies as { Statement?: Record<string, unknown>[] }[]).flatMap(({ Statement = [] }) =>
        Statement.filter((statement) => JSON.stringify(statement).includes('cloudwatch:')).map((statement) => [
          name,
          (statement['Fn::If'] as unknown[] | undefined)?.[0],
        ]),
      ),
    );

    expect(conditional).toEqual([
      ['WatchReplicationFunction', 'ApiOnly'],
      ['CutOverFunction', 'ApiOnly'],
    ]);
  });

  it('of the state machines are what their states call', () => {
    for (const [, resource] of resourcesOf('AWS::Serverless::StateMachine')) {
      const machine = machines.find(
        ({ file }) => `statemachine/${file}.asl.json` === resource.Properties.DefinitionUri,
      );
      const called = new Set(machine?.states.flatMap(([, state]) => calledBy(state) ?? []));
      const statements = statementsOf(resource).filter(({ Resource }) => Resource[0] !== '*');
      const granted = statements.flatMap(({ Action, Resource }) =>
        Action.flatMap((a) => Resource.map((r) => `${a} on ${nameOf(r)}`)),
      );
      // An execution that began before calls what its own definition names, under this role.
      const kept = machine ? keptFor(machine).map((name) => `${name}Arn`) : [];
      const needed = [...called, ...kept].map((name) =>
        name.endsWith('FunctionArn')
          ? `lambda:InvokeFunction on \${${name.replace(/Arn$/, '.Arn')}}:*`
          : `states:StartExecution on ${name.replace(/Arn$/, '')}`,
      );

      expect(granted.sort()).toEqual([...needed, 'events:PutEvents on MigrationBus.Arn'].sort());
    }
  });

  it('name every action in full', () => {
    for (const [name, resource] of [...functions, ...resourcesOf('AWS::Serverless::StateMachine')]) {
      for (const { Action, Effect } of statementsOf(resource)) {
        expect([name, Effect, Action.filter((action) => !/^[a-z]+:[A-Z]\w+$/.test(action))]).toEqual([
          name,
          'Allow',
          [],
        ]);
      }
    }
    expect(JSON.stringify(template.Resources)).not.toContain('NotAction');
  });

  it('have a reason beside every wildcard in a resource', () => {
    const broad = statementTexts().filter((statement) => /^[^#\n]*[:/"]\*/m.test(statement));

    expect(broad.length).toBeGreaterThan(5);
    expect(broad.filter((statement) => !statement.includes('#'))).toEqual([]);
  });
});

/** Each policy statement as it is written, with the comment above it. */
const statementTexts = (): string[] => {
  const lines = templateText.split('\n');
  return lines.flatMap((line, at) => {
    const indent = /^( *)- Effect:/.exec(line)?.[1]?.length;
    if (indent === undefined) return [];
    const end = lines.findIndex((later, index) => index > at && later.search(/\S/) <= indent);
    const begin = lines[at - 1]?.trim().startsWith('#') ? at - 1 : at;
    return [lines.slice(begin, end).join('\n')];
  });
};
