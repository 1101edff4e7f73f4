import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readTemplate } from '../../local/template/read.ts';
import { authorizeRoutes } from '../../local/template/routes.ts';
import { machines } from './machine.ts';
import {
  functions,
  model,
  type Resource,
  resourcesOf,
  SURROUNDINGS,
  TEMPLATE_PATH,
  template,
  templateText,
} from './support.ts';

const deployed = (parameters: Record<string, string>) => readTemplate(TEMPLATE_PATH, { ...SURROUNDINGS, parameters });
const parameters = Object.entries(template.Parameters);

interface Interface {
  ParameterGroups: { Label: { default: string }; Parameters: string[] }[];
  ParameterLabels: Record<string, { default: string }>;
}

describe('the parameters', () => {
  const { ParameterGroups, ParameterLabels } = template.Metadata['AWS::CloudFormation::Interface'] as Interface;

  it('stand in groups in the order in which they are asked for, each with a label', () => {
    expect(ParameterGroups.flatMap(({ Parameters }) => Parameters)).toEqual(parameters.map(([name]) => name));
    expect(Object.keys(ParameterLabels).sort()).toEqual(parameters.map(([name]) => name).sort());
  });

  it('all have a default, a description and a bound', () => {
    const bounds = ['AllowedPattern', 'AllowedValues', 'MaxValue'];
    for (const [name, declared] of parameters) {
      expect([name, 'Default' in declared, typeof declared.Description]).toEqual([name, true, 'string']);
      expect([name, bounds.some((bound) => bound in declared)]).toEqual([name, true]);
    }
  });

  it.each([
    ['VpcSubnetIds', 'subnet-0a1b2c3d,subnet-0a1b2c3d4e5f67890', 'subnet-1;subnet-2'],
    ['VpcSecurityGroupIds', 'sg-0a1b2c3d4e5f67890', 'default'],
    ['JwtIssuer', 'https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf123', 'http://issuer.example'],
    ['JwtAudience', 'one,two', 'one, two'],
    ['PermissionsBoundaryArn', 'arn:aws-us-gov:iam::111122223333:policy/paths/Boundary', 'Boundary'],
    ['CertificateKeyArn', 'arn:aws:kms:eu-west-1:111122223333:key/mrk-0123', 'alias/certificates'],
  ])('take what is one, and refuse what is none: %s', (name, good, bad) => {
    const { AllowedPattern } = template.Parameters[name] as unknown as { AllowedPattern: string };
    const whole = new RegExp(`^(?:${AllowedPattern})$`);

    expect(good.split(',').every((one) => whole.test(one))).toBe(true);
    expect(() => deployed({ [name]: bad })).toThrow(`Parameter ${name}`);
  });
});

describe('combinations of parameters', () => {
  const subnets = { VpcSubnetIds: 'subnet-0a1b2c3d' };
  const groups = { VpcSecurityGroupIds: 'sg-0a1b2c3d' };
  const issuer = { JwtIssuer: 'https://issuer.example' };
  const audience = { JwtAudience: 'us' };

  it.each([
    ['subnets without security groups', subnets, 'VpcSubnetIds and VpcSecurityGroupIds'],
    ['security groups without subnets', groups, 'VpcSubnetIds and VpcSecurityGroupIds'],
    ['an issuer without an audience', issuer, 'JwtIssuer and JwtAudience'],
    ['an audience without an issuer', audience, 'JwtIssuer and JwtAudience'],
  ])('are refused: %s', (_, given, said) => {
    expect(() => deployed(given)).toThrow(said);
  });

  it('are told all at once', () => {
    expect(() => deployed({ ...subnets, ...audience })).toThrow(/VpcSubnetIds and .* JwtIssuer and /);
  });

  it('are taken when they are whole', () => {
    const { routes } = deployed({ ...subnets, ...groups, ...issuer, ...audience });

    expect(routes.map(({ jwt }) => jwt?.issuer)).toEqual(routes.map(() => 'https://issuer.example'));
  });
});

describe('the API', () => {
  it('asks IAM about every caller, unless an issuer is named', () => {
    expect(model.authorization?.size).toBe(model.routes.length);
    expect(model.routes.filter(({ jwt }) => jwt)).toEqual([]);
  });

  it('asks for a scope of its own at every route that acts', () => {
    const { routes } = deployed({ JwtIssuer: 'https://issuer.example', JwtAudience: 'a,b' });

    expect(Object.fromEntries(routes.map(({ method, path, jwt }) => [`${method} ${path}`, jwt?.scopes]))).toEqual(
      Object.fromEntries(
        routes.map(({ method, path }) => {
          const act = method === 'GET' ? 'read' : path === '/migrations' ? 'start' : path.split('/').at(-1);
          return [`${method} ${path}`, [`elasticache-migrator/${act}`]];
        }),
      ),
    );
    expect(routes[0]?.jwt?.audience).toEqual(['a', 'b']);
  });

  it('would not be played with a route that asks for nothing', () => {
    const [first] = model.authorization as Map<string, undefined>;
    const asked = new Map([...(model.authorization as Map<string, undefined>)].filter(([key]) => key !== first?.[0]));

    expect(() => authorizeRoutes(structuredClone(model.routes), asked)).toThrow(`${first?.[0]}: the API's`);
  });

  it('logs who was let in and who was not, and throttles', () => {
    const { AccessLogSettings, DefaultRouteSettings } = (template.Resources.Api as Resource).Properties as {
      AccessLogSettings: { Format: string };
      DefaultRouteSettings: object;
    };

    expect(Object.keys(JSON.parse(AccessLogSettings.Format))).toEqual(
      expect.arrayContaining(['route', 'status', 'caller', 'subject', 'sourceIp', 'refused']),
    );
    expect(Object.keys(DefaultRouteSettings)).toEqual(['ThrottlingBurstLimit', 'ThrottlingRateLimit']);
  });
});

describe('every role that the stack makes', () => {
  const bounded = { 'Fn::If': ['HasBoundary', { Ref: 'PermissionsBoundaryArn' }, { Ref: 'AWS::NoValue' }] };

  it('has the permissions boundary', () => {
    expect(template.Globals.Function.PermissionsBoundary).toEqual(bounded);
    for (const [name, { Properties }] of [
      ...resourcesOf('AWS::Serverless::StateMachine'),
      ...resourcesOf('AWS::IAM::Role'),
    ]) {
      expect([name, Properties.PermissionsBoundary]).toEqual([name, bounded]);
    }
    for (const [name, { Properties }] of functions) {
      const schedules = Object.values((Properties.Events ?? {}) as Record<string, { Type: string; Properties: object }>)
        .filter(({ Type }) => Type === 'ScheduleV2')
        .map((event) => event.Properties);
      for (const schedule of schedules)
        expect([name, schedule]).toMatchObject([name, { PermissionsBoundary: bounded }]);
    }
  });
});

describe('what holds data or evidence', () => {
  const kept = [
    'AWS::DynamoDB::Table',
    'AWS::SQS::Queue',
    'AWS::Logs::LogGroup',
    'AWS::KMS::Key',
    'AWS::S3::Bucket',
  ].flatMap(resourcesOf);

  it('outlives the stack', () => {
    expect(kept.length).toBeGreaterThan(5);
    for (const [name, { DeletionPolicy, UpdateReplacePolicy }] of kept) {
      expect([name, UpdateReplacePolicy]).toEqual([name, 'Retain']);
      expect([name, ['Retain', 'RetainExceptOnCreate'].includes(DeletionPolicy ?? '')]).toEqual([name, true]);
    }
  });

  it('has no name that the next stack of the same name would need', () => {
    for (const [name, { Properties }] of kept) {
      const named = JSON.stringify([Properties.TableName, Properties.QueueName, Properties.LogGroupName]);
      expect([name, !/"/.test(named.replace('[null,null,null]', '')) || named.includes('AWS::StackId')]).toEqual([
        name,
        true,
      ]);
    }
  });

  it('is encrypted at rest; the table can be restored, and cannot be deleted', () => {
    for (const [name, { Properties }] of resourcesOf('AWS::SQS::Queue'))
      expect([name, Properties.SqsManagedSseEnabled]).toEqual([name, true]);
    expect(template.Resources.MigrationTable?.Properties).toMatchObject({
      SSESpecification: { SSEEnabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      DeletionProtectionEnabled: true,
    });
  });
});

describe('functions, when nothing but parameters change', () => {
  const revision = { 'Fn::GetAtt': ['Settings', 'StateMachineRevisionId'] };
  const machineOfSettings = (template.Resources.Settings as Resource).Properties.Definition as {
    States: { Settings: { Result: Record<string, unknown> } };
  };
  const settings = Object.keys(machineOfSettings.States.Settings.Result);
  /** Of a function itself and not of its versions, or of its role, its callers, its queue. */
  const NOT_VERSIONED = [
    'Policies',
    'PermissionsBoundary',
    'ReservedConcurrentExecutions',
    'Events',
    'EventInvokeConfig',
  ];
  const { Conditions } = template as unknown as { Conditions: Record<string, unknown> };

  /** Every name that a value stands on: by Ref, inside of Fn::Sub, in a condition. */
  const namesIn = (value: unknown): string[] => {
    if (Array.isArray(value)) return value.flatMap(namesIn);
    if (typeof value !== 'object' || value === null) return [];
    return Object.entries(value).flatMap(([key, inner]) => {
      if (key === 'Ref') return [String(inner)];
      if (key === 'Condition') return namesIn(Conditions[String(inner)]);
      const condition = key === 'Fn::If' ? namesIn(Conditions[(inner as unknown[])[0] as string]) : [];
      const placeholders = key === 'Fn::Sub' ? (JSON.stringify(inner).match(/(?<=\$\{)\w+/g) ?? []) : [];
      return [...condition, ...placeholders, ...namesIn(inner)];
    });
  };

  it('are published anew, and what ran before keeps its version', () => {
    // Lambda publishes nothing where the function is as it was, and CloudFormation replaces a version whose description changes.
    expect(template.Globals.Function.Environment).toMatchObject({ Variables: { REVISION: revision } });
    for (const [name, { Properties, UpdateReplacePolicy, DeletionPolicy }] of functions) {
      expect([name, Properties.AutoPublishAliasAllProperties, Properties.VersionDescription]).toEqual([
        name,
        true,
        revision,
      ]);
      // SAM hands both on to the versions; a DeletionPolicy would also hold for functions and roles.
      expect([name, UpdateReplacePolicy, DeletionPolicy]).toEqual([name, 'Retain', undefined]);
    }
  });

  it('stand on the parameters that the settings have, and on no others', () => {
    const own = functions.map(([, { Properties }]) =>
      Object.entries(Properties).filter(([property]) => !NOT_VERSIONED.includes(property)),
    );
    const used = new Set(namesIn([template.Globals.Function.Environment, own.flat(2)]));

    expect(settings.length).toBeGreaterThan(15);
    expect(settings).toEqual(parameters.map(([name]) => name).filter((name) => used.has(name)));
  });

  it('find each value in the settings, whose machine may do nothing', () => {
    for (const name of settings) {
      const { Type } = template.Parameters[name] as { Type: string };
      const value = Type === 'CommaDelimitedList' ? { 'Fn::Join': [',', { Ref: name }] } : { Ref: name };
      expect([name, machineOfSettings.States.Settings.Result[name]]).toEqual([name, value]);
    }
    expect(template.Resources.SettingsRole?.Properties).not.toHaveProperty('Policies');
    expect(template.Resources.SettingsRole?.Properties).not.toHaveProperty('ManagedPolicyArns');
  });
});

describe('the stack', () => {
  it('is at home in every partition', () => {
    const texts = [templateText, ...machines.map(({ text }) => text)].join('\n');

    expect(texts).not.toMatch(/arn:aws[:-]/);
    expect(texts.match(/arn:\$\{AWS::Partition\}:/g)?.length).toBeGreaterThan(20);
    expect(templateText).not.toContain('amazonaws.com/');
  });

  it('has no name that another stack of the account would need', () => {
    const other = readTemplate(TEMPLATE_PATH, { ...SURROUNDINGS, stackName: 'other' });
    const namesOf = ({ functions: all, machines: both, tables, buses, rules, queues }: typeof model) =>
      [all, both, tables, buses, rules, queues].flatMap((list: { name: string }[]) => list.map(({ name }) => name));

    expect(namesOf(other).filter((name) => namesOf(model).includes(name))).toEqual([]);
    // SAM names a schedule after its function and event, whichever the stack.
    expect(templateText.match(/Type: ScheduleV2/g)).toHaveLength(templateText.match(/OmitName: true/g)?.length ?? 0);
  });

  it('is described by samconfig.toml to each command that reads it', () => {
    const config = readFileSync(new URL('../../samconfig.toml', import.meta.url), 'utf8');
    const sectionOf = (name: string) => config.split(`[default.${name}.parameters]\n`)[1]?.split('\n[')[0] ?? '';

    expect(sectionOf('build')).toContain('build_in_source = true');
    expect(sectionOf('validate')).toContain('lint = true');
    expect(sectionOf('deploy')).toMatch(/capabilities = "CAPABILITY_IAM"[\s\S]*resolve_s3 = true/);
    // A role with a name would need CAPABILITY_NAMED_IAM.
    expect(templateText).not.toContain('RoleName');
  });
});
