import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readTemplate } from '../local/template/read.ts';

export interface Retrier {
  ErrorEquals: string[];
  IntervalSeconds: number;
  MaxAttempts: number;
  BackoffRate: number;
  MaxDelaySeconds: number;
}

/** What the product itself says: read from template.yaml and the state machines, so that a change there is one here. */
export interface Product {
  pollMs: number;
  describeMs: number;
  watchMs: number;
  verifyMs: number;
  lookAtLinkMs: number;
  graceMs: number;
  actingTaskMs: number;
  testVerdictMs: number;
  writeSampleMs: number;
  watchersAtOnce: number;
  startsPerMinute: number;
  /** By logical id; a function without one shares the account's. */
  reserved: Map<string, number>;
  /** By logical id. */
  memoryMb: Map<string, number>;
  timeoutMs: Map<string, number>;
  /** By machine and state. */
  retriers: Map<string, Retrier[]>;
  /** The API's own bounds. */
  api: { burst: number; perSecond: number };
}

const TEMPLATE = fileURLToPath(new URL('../template.yaml', import.meta.url));

const machine = (file: string) =>
  JSON.parse(readFileSync(new URL(`../statemachine/${file}.asl.json`, import.meta.url), 'utf8')) as {
    States: Record<string, { Retry?: Retrier[] }>;
  };

const numberIn = (text: string, name: string): number => Number(new RegExp(`${name}: (\\d+)`).exec(text)?.[1]);

/** @param parameters over the template's defaults */
export const readProduct = (parameters: Record<string, string> = {}): Product => {
  const model = readTemplate(TEMPLATE, {
    stackName: 'elasticache-migrator',
    apiUrl: 'http://127.0.0.1',
    awsEndpoint: 'http://127.0.0.1',
    parameters,
  });
  const environment = Object.assign({}, ...model.functions.map((one) => one.environment)) as Record<string, string>;
  const seconds = (name: string): number => Number(environment[name]) * 1000;
  const template = readFileSync(TEMPLATE, 'utf8');
  const lookAtLink = /\n {2}LookAtLinkSeconds:\n {4}Type[\s\S]*?Default: (\d+)/.exec(template)?.[1];
  return {
    pollMs: Number(environment.POLL_MILLISECONDS),
    describeMs: seconds('DESCRIBE_SECONDS'),
    watchMs: seconds('WATCH_SECONDS'),
    verifyMs: seconds('VERIFY_SECONDS'),
    lookAtLinkMs: Number(parameters.LookAtLinkSeconds ?? lookAtLink) * 1000,
    graceMs: seconds('EVENT_GRACE_SECONDS'),
    actingTaskMs: seconds('ACTING_TASK_SECONDS'),
    testVerdictMs: seconds('TEST_VERDICT_SECONDS'),
    writeSampleMs: Number(environment.WRITE_SAMPLE_MILLISECONDS),
    watchersAtOnce: Number(environment.WATCHERS_AT_ONCE),
    startsPerMinute: Number(environment.STARTS_PER_MINUTE),
    reserved: new Map(
      model.functions.flatMap(({ logicalId, reservedConcurrency }) =>
        reservedConcurrency === undefined ? [] : [[logicalId, reservedConcurrency]],
      ),
    ),
    memoryMb: new Map(model.functions.map(({ logicalId, memoryMb }) => [logicalId, memoryMb])),
    timeoutMs: new Map(model.functions.map(({ logicalId, timeoutMs }) => [logicalId, timeoutMs])),
    retriers: new Map(
      ['migration', 'settlement'].flatMap((file) =>
        Object.entries(machine(file).States).map(([name, { Retry = [] }]): [string, Retrier[]] => [
          `${file}.${name}`,
          Retry,
        ]),
      ),
    ),
    api: {
      burst: numberIn(template, 'ThrottlingBurstLimit'),
      perSecond: numberIn(template, 'ThrottlingRateLimit'),
    },
  };
};
