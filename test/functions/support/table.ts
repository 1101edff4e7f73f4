import { fileURLToPath } from 'node:url';
import type { Certificates } from '../../../functions/cutover/certificate-ports.ts';
import type { Rollbacks } from '../../../functions/cutover/rollback-ports.ts';
import type { Fences, Locks } from '../../../functions/migration/lock-ports.ts';
import type { Migrations } from '../../../functions/migration/ports.ts';
import type { Samples } from '../../../functions/migration/sample.ts';
import type { Fleet } from '../../../functions/replication/fleet.ts';
import type { Line } from '../../../functions/replication/line.ts';
import type { Checkpoints } from '../../../functions/verification/ports.ts';
import { DynamoDb } from '../../../local/dynamodb/service.ts';
import type { TableModel } from '../../../local/template/model.ts';
import { readTemplate } from '../../../local/template/read.ts';
import { serveAws } from './aws.ts';

export interface RealTable {
  migrations: Migrations;
  locks: Locks;
  fences: Fences;
  checkpoints: Checkpoints;
  certificates: Certificates;
  rollbacks: Rollbacks;
  samples: Samples;
  fleet: Fleet;
  line: Line;
  /** What the migrations tell of, in order. */
  facts: string[];
  /** One operation of the API on the table, for what no adapter shows. */
  call(operation: string, input: Record<string, unknown>): Promise<unknown>;
  loseNextAnswer(): void;
  close(): Promise<void>;
}

const template = fileURLToPath(new URL('../../../template.yaml', import.meta.url));

/** The template's own table in dynalite, with the adapters as they are deployed and the stock client between them. */
export const realTable = async (): Promise<RealTable> => {
  const [table] = readTemplate(template, { stackName: 'test', apiUrl: 'http://127.0.0.1', awsEndpoint: '' }).tables as [
    TableModel,
  ];
  const dynamo = new DynamoDb();
  await dynamo.createTable(table);
  const aws = await serveAws(({ headers, body }) => dynamo.wire({ method: 'POST', path: '/', headers, body }, never));
  // The client reads the environment when its module is loaded.
  const { migrationsIn } = await import('../../../functions/adapters/migrations.ts');
  const { locksIn } = await import('../../../functions/adapters/locks.ts');
  const { fencesIn } = await import('../../../functions/adapters/fences.ts');
  const { checkpointsIn } = await import('../../../functions/adapters/checkpoints.ts');
  const { rollbacksIn } = await import('../../../functions/adapters/rollbacks.ts');
  const { samplesIn } = await import('../../../functions/adapters/samples.ts');
  const { fleetIn } = await import('../../../functions/adapters/fleet.ts');
  const { lineIn } = await import('../../../functions/adapters/line.ts');
  const { certificatesIn } = await import('../../../functions/adapters/certificates.ts');
  const facts: string[] = [];
  return {
    facts,
    migrations: migrationsIn(table.name, {
      seen: () => undefined,
      created: () => facts.push('created'),
      entered: (_, phase) => facts.push(`entered ${phase}`),
      promoted: () => facts.push('promoted'),
      ended: (_, outcome) => facts.push(`ended ${outcome}`),
    }),
    locks: locksIn(table.name),
    fences: fencesIn(table.name),
    checkpoints: checkpointsIn(table.name),
    certificates: certificatesIn(table.name),
    rollbacks: rollbacksIn(table.name),
    samples: samplesIn(table.name),
    fleet: fleetIn(table.name),
    line: lineIn(table.name),
    call: async (operation, input) => (await dynamo.call(operation, { TableName: table.name, ...input })).body,
    loseNextAnswer: aws.loseNextAnswer,
    close: aws.close,
  };
};

const never = { loseAnswer: () => undefined };
