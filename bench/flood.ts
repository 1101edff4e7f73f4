import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { startEmbeddedAws } from '../local/boot.ts';
import { flood } from '../test/contract/flood.ts';
import { heading, median, quantile, report } from './report.ts';

export const FLOOD_PARTS = ['small'];
const REQUESTS = 20_000;
const SMALL = 1000;
/** API Gateway lets a burst of 200 in. */
const AT_ONCE = 100;

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** The template with a migration that waits for a day first: what is measured is the door, and not what 10,000 migrations do behind it. */
const withWaitingMachine = (folder: string): string => {
  const machine = join(folder, 'waiting.asl.json');
  const definition = JSON.parse(readFileSync(join(ROOT, 'statemachine/migration.asl.json'), 'utf8'));
  const Waiting = { Type: 'Wait', Seconds: 86_400, Next: definition.StartAt };
  const states = { Waiting, ...definition.States };
  writeFileSync(machine, JSON.stringify({ ...definition, StartAt: 'Waiting', States: states }));
  const text = readFileSync(join(ROOT, 'template.yaml'), 'utf8')
    .replace('DefinitionUri: statemachine/migration.asl.json', `DefinitionUri: ${machine}`)
    .replaceAll('DefinitionUri: statemachine/', `DefinitionUri: ${ROOT}statemachine/`)
    .replaceAll('CodeUri: .', `CodeUri: ${ROOT}`);
  const template = join(folder, 'template.yaml');
  writeFileSync(template, text);
  return template;
};

/** POST /migrations as fast as the embedded AWS takes them, half of them repeats, also at the same time. */
export const benchFlood = async (parts: readonly string[]): Promise<void> => {
  const requests = parts.includes('small') ? SMALL : REQUESTS;
  heading(`${requests} POST /migrations, ${AT_ONCE} at once, each key twice, on the embedded AWS`);
  const folder = mkdtempSync(join(tmpdir(), 'flood-'));
  const networks = { AllowedNetworks: '10.0.0.0/8' };
  const aws = await startEmbeddedAws({
    template: withWaitingMachine(folder),
    parameters: networks,
    lambda: { warm: ['StartMigrationFunction'] },
  });
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const post = (number: number) =>
    new Promise<{ status: number; migrationId?: string }>((resolve, reject) => {
      const headers = { 'content-type': 'application/json', 'idempotency-key': `flood-${number}` };
      const sent = request(`${aws.apiUrl}/migrations`, { method: 'POST', agent, headers }, async (answer) => {
        const { migrationId } = (await json(answer)) as { migrationId?: string };
        resolve({ status: answer.statusCode ?? 0, ...(migrationId !== undefined && { migrationId }) });
      });
      const replicationGroupId = `flood-${number}`;
      const customerNodeEndpointList = [{ address: '10.0.0.5', port: 6379 }];
      sent.on('error', reject).end(JSON.stringify({ replicationGroupId, customerNodeEndpointList }));
    });
  const executions = async () => {
    const names: string[] = [];
    let nextToken: string | undefined;
    do {
      const page = aws.stepFunctions.listExecutions({
        stateMachineArn: aws.outputs.MigrationStateMachineArn as string,
        maxResults: 1000,
        ...(nextToken !== undefined && { nextToken }),
      });
      names.push(...page.executions.map(({ name }) => name));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    return names;
  };
  const kept = async () => {
    let count = 0;
    let last: unknown;
    do {
      const { body } = await aws.dynamo.call('Scan', {
        TableName: aws.resources.MigrationTable,
        FilterExpression: 'begins_with(pk, :migration)',
        ExpressionAttributeValues: { ':migration': { S: 'MIGRATION#' } },
        Select: 'COUNT',
        ...(last !== undefined && { ExclusiveStartKey: last }),
      });
      const page = body as { Count: number; LastEvaluatedKey?: unknown };
      count += page.Count;
      last = page.LastEvaluatedKey;
    } while (last !== undefined);
    return count;
  };
  try {
    const found = await flood({ post, executions, kept }, requests, AT_ONCE);
    const { statuses, distinct, doubled, lost, latenciesMs, tookMs } = found;
    const all = (what: string, figure: number, wanted: number) =>
      report(what, String(figure), { text: String(wanted), kept: figure === wanted, word: 'expected' });
    all('answered 202', statuses.get(202) ?? 0, requests);
    all('executions begun', found.executions, distinct);
    all('migrations kept', found.kept, distinct);
    all('requests told of two migrations', doubled, 0);
    all('acceptances lost', lost, 0);
    report('requests a second', (requests / (tookMs / 1000)).toFixed(0));
    report('median', `${median(latenciesMs).toFixed(1)} ms`);
    report('p99', `${quantile(latenciesMs, 0.99).toFixed(1)} ms`);
    report('resident memory of the embedded AWS', `${Math.round(process.memoryUsage.rss() / 1e6)} MB`);
  } finally {
    agent.destroy();
    await aws.end();
    rmSync(folder, { recursive: true, force: true });
  }
};
