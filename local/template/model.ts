/** How often and how long EventBridge tries to deliver to a target. Defaults: 185 attempts, 24 hours. */
export interface RetryPolicy {
  maximumRetryAttempts: number;
  maximumEventAgeSeconds: number;
}

export interface TargetModel {
  id: string;
  /** A function (with or without qualifier) or a state machine. */
  arn: string;
  /** Constant JSON text that takes the event's place. */
  input?: string;
  /** `$.detail.x`: the part of the event that is sent instead of the whole. */
  inputPath?: string;
  retry: RetryPolicy;
  deadLetterArn?: string;
}

export interface RuleModel {
  name: string;
  arn: string;
  busName: string;
  pattern: Record<string, unknown>;
  enabled: boolean;
  targets: TargetModel[];
}

export interface ScheduleModel {
  name: string;
  arn: string;
  /** Who says that it is time: a scheduled rule, or EventBridge Scheduler (ScheduleV2). */
  source: 'aws.events' | 'aws.scheduler';
  /** `rate(…)` */
  expression: string;
  enabled: boolean;
  target: TargetModel;
}

/** A token that a caller must bring. */
export interface JwtModel {
  issuer: string;
  audience: string[];
  /** One of them has to be among the token's. None asks for none. */
  scopes: string[];
}

export interface RouteModel {
  /** In upper case, or ANY. */
  method: string;
  /** `/migrations/{id}` */
  path: string;
  /** With the alias, if the function has one. */
  functionArn: string;
  /** At most 30,000, which is also the default. */
  timeoutMs: number;
  /** Absent where IAM decides: the embedded AWS has none, and lets everybody in. */
  jwt?: JwtModel;
}

/** esbuild's options as SAM passes them on from Metadata.BuildProperties. */
export interface BuildModel {
  /** Absolute paths. */
  entryPoints: string[];
  format: 'esm' | 'cjs';
  outExtension: Record<string, string>;
  target: string;
  mainFields: string[];
  minify: boolean;
  sourcemap: boolean;
  keepNames: boolean;
  external: string[];
  banner: Record<string, string>;
}

export interface FunctionModel {
  logicalId: string;
  name: string;
  arn: string;
  /** AutoPublishAlias: the alias, which points at version 1. */
  alias?: string;
  /** `<module>.<export>` */
  handler: string;
  timeoutMs: number;
  memoryMb: number;
  /** ReservedConcurrentExecutions: absent where the function shares the account's. */
  reservedConcurrency?: number;
  environment: Record<string, string>;
  build: BuildModel;
  asyncInvoke: { maximumRetryAttempts: number; maximumEventAgeSeconds: number; onFailureArn?: string };
}

export interface MachineModel {
  logicalId: string;
  name: string;
  arn: string;
  type: 'STANDARD' | 'EXPRESS';
  /** The ASL as text, with every substitution made. */
  definition: string;
}

export interface TableModel {
  logicalId: string;
  name: string;
  arn: string;
  /** The properties in the shape of DynamoDB's CreateTable. */
  create: Record<string, unknown>;
}

export interface QueueModel {
  logicalId: string;
  name: string;
  arn: string;
  visibilityTimeoutSeconds: number;
  retentionSeconds: number;
}

export interface BusModel {
  logicalId: string;
  name: string;
  arn: string;
}

/** A key of KMS for HMACs. */
export interface MacKeyModel {
  logicalId: string;
  /** Its id. */
  name: string;
  arn: string;
}

export interface TemplateModel {
  functions: FunctionModel[];
  machines: MachineModel[];
  tables: TableModel[];
  buses: BusModel[];
  rules: RuleModel[];
  schedules: ScheduleModel[];
  queues: QueueModel[];
  macKeys: MacKeyModel[];
  routes: RouteModel[];
  /** By `METHOD /path`, of an API with an OpenAPI definition: the token that a caller must bring, undefined where IAM decides. */
  authorization?: Map<string, JwtModel | undefined>;
  outputs: Record<string, string>;
  /** What `!Ref` gives for each resource, by logical id. */
  resources: Record<string, string>;
}
