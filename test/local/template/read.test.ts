import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { readTemplate } from '../../../local/template/read.ts';
import { FIXTURE, fixtureModel, SURROUNDINGS } from '../fixture/fixture.ts';

const directory = mkdtempSync(join(tmpdir(), 'template-test-'));
afterAll(() => rmSync(directory, { recursive: true }));

const read = (text: string, parameters?: Record<string, string>) => {
  const path = join(directory, 'template.yaml');
  writeFileSync(path, text);
  return readTemplate(path, { ...SURROUNDINGS, ...(parameters ? { parameters } : {}) });
};

const resources = (text: string) => read(`Resources:\n${text}`);

describe('readTemplate', () => {
  it('resolves a function with the globals merged in', () => {
    const [echo] = fixtureModel({ parameters: { Greeting: 'moin' } }).functions;

    expect(echo).toMatchObject({
      logicalId: 'EchoFunction',
      name: 'fix-EchoFunction',
      arn: 'arn:aws:lambda:us-west-2:000000000000:function:fix-EchoFunction',
      alias: 'live',
      handler: 'echo.handler',
      timeoutMs: 10_000,
      memoryMb: 128,
      environment: { NODE_OPTIONS: '--enable-source-maps', TABLE_NAME: 'fix-Table', GREETING: 'moin' },
      build: { format: 'esm', outExtension: { '.js': '.mjs' }, mainFields: ['module', 'main'], sourcemap: true },
      asyncInvoke: { maximumRetryAttempts: 2, maximumEventAgeSeconds: 21_600 },
    });
  });

  it('gives events their targets with the alias, their queues and their defaults', () => {
    const { routes, rules, schedules } = fixtureModel();
    const faulty = 'arn:aws:lambda:us-west-2:000000000000:function:fix-FaultyFunction:live';

    expect(routes.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /echo/{id}',
      'GET /echo',
      'ANY /faulty',
    ]);
    expect(rules[0]).toEqual({
      name: 'fix-FaultyFunctionOnBus',
      arn: 'arn:aws:events:us-west-2:000000000000:rule/fix-bus/fix-FaultyFunctionOnBus',
      busName: 'fix-bus',
      pattern: { 'detail-type': ['Trouble'] },
      enabled: true,
      targets: [
        {
          id: 'fix-FaultyFunctionOnBus',
          arn: faulty,
          retry: { maximumRetryAttempts: 0, maximumEventAgeSeconds: 60 },
          deadLetterArn: 'arn:aws:sqs:us-west-2:000000000000:fix-Undelivered',
        },
      ],
    });
    expect(rules[1]).toMatchObject({
      busName: 'default',
      targets: [{ retry: { maximumRetryAttempts: 185, maximumEventAgeSeconds: 86_400 } }],
    });
    expect(schedules[0]).toMatchObject({
      source: 'aws.scheduler',
      expression: 'rate(1 minute)',
      target: { arn: faulty },
    });
  });

  it('substitutes into definitions', () => {
    const [machine] = fixtureModel({ parameters: { Patience: '7' } }).machines;

    expect(JSON.parse(machine?.definition as string).States.Echo).toMatchObject({
      Arguments: { FunctionName: 'arn:aws:lambda:us-west-2:000000000000:function:fix-EchoFunction:1' },
      TimeoutSeconds: "{% $number('7') %}",
    });
  });

  it('resolves outputs, with the address of the API as it is here', () => {
    expect(fixtureModel().outputs).toEqual({
      ApiUrl: 'http://127.0.0.1:3000',
      RefusedUrl: 'http://127.0.0.1:4566/000000000000/fix-Refused',
      EchoAlias: 'arn:aws:lambda:us-west-2:000000000000:function:fix-EchoFunction:live',
    });
  });

  it('takes AWS::NoValue out, and a resource whose condition is false', () => {
    const { queues, resources: names } = read(`
Parameters: { On: { Type: String, Default: "no" } }
Conditions: { IsOn: !Equals [!Ref On, "yes"], IsOff: !Not [!Condition IsOn] }
Resources:
  A: { Type: AWS::SQS::Queue, Condition: IsOn }
  B: { Type: AWS::SQS::Queue, Condition: IsOff, Properties: { VisibilityTimeout: !If [IsOn, 5, !Ref AWS::NoValue] } }`);

    expect(Object.keys(names)).toEqual(['B']);
    expect(queues).toMatchObject([{ name: 'fix-B', visibilityTimeoutSeconds: 30 }]);
  });

  it('knows Select, Split, Join, FindInMap, Or, And, and long forms', () => {
    const { outputs } = read(`
Mappings: { Sizes: { us-west-2: { small: s } } }
Conditions: { Both: !And [!Equals [1, "1"], !Or [!Equals [a, b], !Equals [c, c]]] }
Resources: { Q: { Type: AWS::SQS::Queue } }
Outputs:
  Selected: { Value: !Select [1, !Split [",", "a,b,c"]] }
  Mapped: { Value: !FindInMap [Sizes, !Ref AWS::Region, small] }
  Long: { Value: { "Fn::Join": ["-", [{ Ref: "AWS::AccountId" }, { "Fn::GetAtt": [Q, QueueName] }]] } }
  Own: { Value: !Sub ["\${Name} \${!Literal} \${Q.Arn}", { Name: !Ref AWS::Partition }] }
  If: { Value: !If [Both, yes, no] }`);

    expect(outputs).toEqual({
      Selected: 'b',
      Mapped: 's',
      Long: '000000000000-fix-Q',
      // biome-ignore lint/suspicious/noTemplateCurlyInString: CloudFormation's own placeholder
      Own: 'aws ${Literal} arn:aws:sqs:us-west-2:000000000000:fix-Q',
      If: 'yes',
    });
  });

  it.each([
    [
      'an unknown tag',
      '  A: { Type: AWS::SQS::Queue, Properties: { QueueName: !Base64 x } }',
      /Unresolved tag: !Base64/,
    ],
    [
      'an unknown intrinsic',
      '  A: { Type: AWS::SQS::Queue, Properties: { QueueName: { "Fn::Cidr": x } } }',
      /A: Fn::Cidr is not played/,
    ],
    ['an unknown type', '  A: { Type: AWS::S3::Bucket }', /A: AWS::S3::Bucket is not played/],
    [
      'an unknown property',
      '  A: { Type: AWS::SQS::Queue, Properties: { FifoQueue: true } }',
      /A: FifoQueue: not played/,
    ],
    [
      'a reference to nothing',
      '  A: { Type: AWS::SQS::Queue, Properties: { QueueName: !Ref B } }',
      /A: !Ref B: refers to nothing/,
    ],
    [
      'an attribute of nothing',
      '  A: { Type: AWS::SQS::Queue, Properties: { QueueName: !GetAtt B.Arn } }',
      /no resource B/,
    ],
    [
      'an unknown attribute',
      '  A: { Type: AWS::SQS::Queue }\n  B: { Type: AWS::SQS::Queue, Properties: { QueueName: !GetAtt A.Size } }',
      /A.Size: no such attribute/,
    ],
    [
      'a circle',
      '  A: { Type: AWS::SQS::Queue, Properties: { QueueName: !GetAtt A.QueueName } }',
      /A: resource A: depends on itself/,
    ],
    [
      'a secret',
      '  A: { Type: AWS::SQS::Queue, Properties: { QueueName: "{{resolve:ssm:x}}" } }',
      /dynamic references/,
    ],
    [
      'a version without an alias',
      '  A: { Type: AWS::SQS::Queue, Properties: { QueueName: !Ref F.Version } }\n  F: { Type: AWS::Serverless::Function }',
      /needs AutoPublishAlias/,
    ],
    [
      'a function without esbuild',
      '  F: { Type: AWS::Serverless::Function, Properties: { Handler: a.b, Runtime: nodejs24.x } }',
      /F.Metadata.BuildMethod: none/,
    ],
  ])('refuses %s, and names it', (_, text, message) => {
    expect(() => resources(text)).toThrow(message);
  });

  it.each([
    [{ Greeting: 'Hello!' }, /Parameter Greeting: 'Hello!' does not match/],
    [{ Patience: '0' }, /Parameter Patience: '0' is less than 1/],
    [{ Patience: '901' }, /is more than 900/],
    [{ Patience: 'long' }, /is not a number/],
    [{ Typo: 'x' }, /Parameter Typo: the template declares none/],
  ])('checks parameters: %j', (parameters, message) => {
    expect(() => readTemplate(FIXTURE, { ...SURROUNDINGS, parameters: parameters as Record<string, string> })).toThrow(
      message,
    );
  });

  it('refuses a substitution that the definition has no place for, and a place without a substitution', () => {
    const machine = (substitutions: string) =>
      resources(
        `  M: { Type: AWS::Serverless::StateMachine, Properties: { Definition: { Comment: "\${A}" }, DefinitionSubstitutions: ${substitutions} } }`,
      );

    expect(() => machine('{ A: x, B: y }')).toThrow('M: the definition has no B');
    expect(() => machine('{}')).toThrow(/M: nothing is substituted for \$\{A\}/);
  });
});
