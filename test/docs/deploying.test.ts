import { describe, expect, it } from 'vitest';
import { isOutcome, STATUSES } from '../../functions/migration/status.ts';
import { MANAGED_POLICIES } from '../template/managed-policies.ts';
import { functions, resourcesOf, statementsOf, template } from '../template/support.ts';
import { documentedCommands } from './commands.ts';
import { PAGES, sectionOf, shipped, tableOf, textOf } from './sources.ts';

const page = textOf('docs/deploying.md');
/** Options of the SAM CLI that pages use. .ci/lint-template holds them against its own help. */
const SAM_OPTIONS = textOf('.ci/sam-options').split('\n').filter(Boolean);

/** What SAM adds: policies of AWS's own, and the queue of what was refused. */
const BY_SAM = [...MANAGED_POLICIES.flatMap(({ actions }) => actions), 'sqs:SendMessage'];

describe('commands of sam in the pages', () => {
  const used = documentedCommands().flatMap(({ page: where, command }) =>
    [...command.matchAll(/\bsam (build|deploy|delete|validate)\b([^&|]*)/g)].map(([, verb, rest = '']) => ({
      where,
      options: [...rest.matchAll(/ (--[\w-]+)/g)].map(([, option]) => `${verb} ${option}`),
    })),
  );

  it('have options that there are', () => {
    expect(used.length).toBeGreaterThan(4);
    expect(used.flatMap(({ options }) => options).filter((option) => !SAM_OPTIONS.includes(option))).toEqual([]);
  });

  const deployments = [...PAGES.map((path) => ({ path, text: textOf(path) })), ...shipped].flatMap(({ path, text }) =>
    [...text.matchAll(/^.*\bsam deploy .*$/gm)].map(([line]) => `${path}: ${line}`),
  );

  it('say nothing on their command line that the next deployment would take back, in pages and in findings', () => {
    expect(deployments.length).toBeGreaterThan(4);
    expect(deployments.filter((line) => /--(parameter-overrides|tags)\b/.test(line))).toEqual([]);
  });

  it('build what they deploy, where a finding has them pasted', () => {
    const remedies = deployments.filter((line) => line.startsWith('functions/'));

    expect(remedies.length).toBeGreaterThan(1);
    expect(remedies.filter((line) => !/'npm ci && sam build && sam deploy --guided # at (\w+) /.test(line))).toEqual(
      [],
    );
    const named = remedies.map((line) => / # at (\w+) /.exec(line)?.[1] ?? '');
    expect(named.filter((name) => !(name in template.Parameters))).toEqual([]);
  });

  it('are given parameters that there are, by the file that they read', () => {
    const files = PAGES.flatMap((path) => [...textOf(path).matchAll(/^parameter_overrides = "(.*)"$/gm)]);
    const named = files.flatMap(([, text = '']) => text.match(/\w+(?==)/g) ?? []);

    expect(named.length).toBeGreaterThan(1);
    expect(named.filter((name) => !(name in template.Parameters))).toEqual([]);
  });
});

describe('docs/deploying.md', () => {
  it('names parameters that there are', () => {
    const rows = tableOf(sectionOf(page, 'The first time'));
    const named = rows.flatMap(([names = '']) => names.match(/\b(?:[A-Z][a-z]+){2,}\b/g) ?? []);

    expect(named.length).toBeGreaterThan(6);
    expect(named.filter((name) => !(name in template.Parameters))).toEqual([]);
  });

  it('has a list of every status that is no end, before anything is taken away', () => {
    const asked = [...sectionOf(page, 'Draining').matchAll(/--status (\w+)/g)].map(([, status]) => status);

    expect(asked).toEqual(STATUSES.filter((status) => !isOutcome(status)));
    expect(sectionOf(page, 'Draining')).toContain('`events:PutEvents` of `MigrationRequested`');
    expect(sectionOf(page, 'Deleting it')).toContain('](#draining)');
  });

  it('looks for fences and ends by the index that has them', () => {
    const [, index] = /scan --table-name "\$TABLE" --index-name (\w+)/.exec(sectionOf(page, 'Draining')) ?? [];
    const indexes = resourcesOf('AWS::DynamoDB::Table').flatMap(
      ([, { Properties }]) => Properties.GlobalSecondaryIndexes as { IndexName: string; KeySchema: object[] }[],
    );

    expect(indexes.find(({ IndexName }) => IndexName === index)?.KeySchema).toContainEqual({
      AttributeName: 'unsettledMark',
      KeyType: 'HASH',
    });
  });

  it('has a permissions boundary under which every role works, and no wider', () => {
    const [, json = ''] = /```json\n([\s\S]*?)```/.exec(sectionOf(page, 'A permissions boundary')) ?? [];
    const { Statement } = JSON.parse(json) as { Statement: { Sid: string; Action: string[] }[] };
    const granted = [...functions, ...resourcesOf('AWS::Serverless::StateMachine')].flatMap(([, resource]) =>
      statementsOf(resource).flatMap(({ Action }) => Action),
    );

    const needed = [...new Set([...granted, ...BY_SAM])].sort();
    expect(Statement.flatMap(({ Action }) => Action).sort()).toEqual(needed);
    // IAM takes nothing else there.
    expect(Statement.filter(({ Sid }) => !/^[A-Za-z0-9]+$/.test(Sid))).toEqual([]);
  });

  it('names everything that outlives the stack', () => {
    const section = sectionOf(page, 'Deleting it');

    expect(section).toContain('| the table |');
    expect(resourcesOf('AWS::SQS::Queue')).toHaveLength(2);
    for (const kind of ['the log groups', 'the two queues', 'the HMAC key']) expect(section).toContain(kind);
  });

  it('names what concurrency is taken', () => {
    const keeping = resourcesOf('AWS::Serverless::Function').filter(
      ([, { Properties }]) => 'ReservedConcurrentExecutions' in Properties,
    );

    expect(page).toContain(
      `\`ReservedConcurrency\` (${template.Parameters.ReservedConcurrency?.Default}) times ${keeping.length}`,
    );
  });
});
