import type { Clock } from '../clock.ts';
import type { LinkHealthSettings } from '../cloudwatch/link-health.ts';
import type { ElastiCacheOptions } from '../elasticache/service.ts';
import type { FaultPolicy } from '../endpoint/endpoint.ts';
import type { DeliveryPolicy } from '../eventbridge/delivery.ts';
import type { LogSink } from '../lambda/logs.ts';
import type { UnhandledErrorNames } from './lambda-invoke.ts';

export interface EmbeddedLambdaOptions {
  /** Default 64: that many invocations of a function share a process before another one starts. Of some, by logical id. */
  invocationsPerProcess?: number | Readonly<Record<string, number>>;
  /** The account's limit of concurrent executions. Default: none. */
  accountConcurrency?: number;
  /** Waits between the attempts of an asynchronous invocation. Default: one minute, then two. */
  asyncRetryDelaysMs?: readonly number[];
  /** For every function; wins over the template's variables. */
  env?: Record<string, string>;
  /** Where functions' output goes. Default: nowhere. */
  logs?: LogSink;
  /** Starts a process of each function (true) or of these (logical ids) while booting, so that their first invocation is warm. */
  warm?: boolean | readonly string[];
  /** How Step Functions names the error of a function that did not answer. Default: as documented. */
  unhandledErrorNames?: UnhandledErrorNames;
}

export interface EmbeddedAwsOptions {
  /** A path; default: the repository's template.yaml. */
  template?: string;
  /** 0, which is the default, takes any free port. */
  apiPort?: number;
  awsPort?: number;
  /** Over the defaults of the template's parameters. */
  parameters?: Record<string, string>;
  /** Default: elasticache-migrator */
  stackName?: string;
  clock?: Clock;
  elastiCache?: Omit<ElastiCacheOptions, 'clock' | 'aliases'>;
  /** What CloudWatch shows of the links of groups under migration. */
  cloudWatch?: Partial<LinkHealthSettings>;
  lambda?: EmbeddedLambdaOptions;
  /** Loses, repeats or fails EventBridge's deliveries. */
  deliveries?: DeliveryPolicy;
  /** Secrets Manager's, by their names, as text; `secretArn` of local/secretsmanager tells what a parameter calls them. */
  secrets?: Record<string, string>;
  /** Fails calls to the AWS endpoint, or loses their answers. */
  faults?: FaultPolicy;
  /**
   * `host:port` as functions and replication groups dial it, to the `host:port` on this machine where it leads. A `*` for the
   * port stands for each, and aliases lead on to aliases: `{'db.example:6379': '10.0.0.5:6379', '10.0.0.5:*': '127.0.0.1:*'}`.
   */
  hostAliases?: Record<string, string>;
  /** How issuers of tokens are asked for their keys, where JwtIssuer names one. Default: fetch */
  fetch?: typeof fetch;
  /** Hears of failures of the embedded AWS itself. Default: console.error. */
  report?: (error: unknown) => void;
  /** Ends a boot that is still under way: startEmbeddedAws tears down and rejects with the signal's reason. */
  signal?: AbortSignal;
}
