import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type ReadTemplateOptions, readTemplate } from '../../local/template/read.ts';
import { parseTemplate } from '../../local/template/yaml.ts';

export const TEMPLATE_PATH = fileURLToPath(new URL('../../template.yaml', import.meta.url));
export const templateText = readFileSync(TEMPLATE_PATH, 'utf8');

type Json = Record<string, unknown>;

export interface Resource {
  Type: string;
  DeletionPolicy?: string;
  UpdateReplacePolicy?: string;
  Properties: Json;
  Metadata?: Json;
}

/** The template as written, every intrinsic in its long form. */
export const template = parseTemplate(templateText, TEMPLATE_PATH) as {
  Metadata: Json;
  Parameters: Record<string, Json & { Type: string; Default: number | string; MinValue?: number; MaxValue?: number }>;
  Globals: { Function: Json & { Timeout: number } };
  Resources: Record<string, Resource>;
};

export const SURROUNDINGS: ReadTemplateOptions = {
  stackName: 'elasticache-migrator',
  apiUrl: 'http://127.0.0.1:3000',
  awsEndpoint: 'http://127.0.0.1:4566',
};

/** As an operator deploys it, for everything that it can do. */
export const IN_VPC = { VpcSubnetIds: 'subnet-0123456789abcdef0', VpcSecurityGroupIds: 'sg-0123456789abcdef0' };

/** The template resolved, as the embedded AWS plays it. */
export const model = readTemplate(TEMPLATE_PATH, { ...SURROUNDINGS, parameters: IN_VPC });

export const resourcesOf = (type: string): [string, Resource][] =>
  Object.entries(template.Resources).filter(([, resource]) => resource.Type === type);

export const functions = resourcesOf('AWS::Serverless::Function');

/** A number, or the least, usual or largest value of the parameter that stands for it. */
export const secondsOf = (value: unknown, which: 'Default' | 'MinValue' | 'MaxValue'): number => {
  if (typeof value === 'number') return value;
  const parameter = template.Parameters[(value as { Ref: string }).Ref];
  return Number(parameter?.[which]);
};

export const timeoutOf = (logicalId: string, which: 'Default' | 'MaxValue'): number =>
  secondsOf(template.Resources[logicalId]?.Properties.Timeout ?? template.Globals.Function.Timeout, which);

export interface Statement {
  Effect: string;
  Action: string[];
  Resource: unknown[];
}

const listed = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);

/** `!If [Condition, statement, !Ref AWS::NoValue]`: the statement. */
const whereItHolds = (statement: Json): Json => (statement['Fn::If'] as Json[] | undefined)?.[1] ?? statement;

/** Policies of the template's own that a function's role is given beside its statements, by their logical ids. */
export const policiesOf = ({ Properties }: Resource): string[] =>
  (Properties.Policies as { Ref?: string }[]).flatMap(({ Ref }) => Ref ?? []);

/** The statements of a function's or a state machine's policies. */
export const statementsOf = ({ Properties }: Resource): Statement[] =>
  (Properties.Policies as { Statement?: Json[] }[]).flatMap((policy) =>
    (policy.Statement ?? []).map(whereItHolds).map((statement) => ({
      Effect: String(statement.Effect),
      Action: listed(statement.Action).map(String),
      Resource: listed(statement.Resource),
    })),
  );
