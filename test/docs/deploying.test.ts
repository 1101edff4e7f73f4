import { describe, expect, it } from 'vitest';
import { resourcesOf, template } from '../template/support.ts';
import { documentedCommands } from './commands.ts';
import { sectionOf, tableOf, textOf } from './sources.ts';

const page = textOf('docs/deploying.md');
/** Options of the SAM CLI that pages use. .ci/lint-template holds them against its own help. */
const SAM_OPTIONS = textOf('.ci/sam-options').split('\n').filter(Boolean);

describe('commands of sam in the pages', () => {
  const used = documentedCommands().flatMap(({ page: where, command }) =>
    [...command.matchAll(/\bsam (build|deploy|delete|validate)\b([^&|]*)/g)].map(([, verb, rest = '']) => ({
      where,
      verb,
      options: [...rest.matchAll(/ (--[\w-]+)/g)].map(([, option]) => `${verb} ${option}`),
      overrides: [...(/--parameter-overrides ([^-]*)/.exec(rest)?.[1] ?? '').matchAll(/(\w+)=/g)].map(
        ([, name = '']) => name,
      ),
    })),
  );

  it('have options that there are', () => {
    expect(used.length).toBeGreaterThan(5);
    expect(used.flatMap(({ options }) => options).filter((option) => !SAM_OPTIONS.includes(option))).toEqual([]);
  });

  it('name parameters that there are, and change the Revision with them', () => {
    const overriding = used.filter(({ overrides }) => overrides.length > 0);

    expect(overriding.length).toBeGreaterThan(0);
    for (const { where, overrides } of overriding) {
      expect([where, overrides.filter((name) => !(name in template.Parameters))]).toEqual([where, []]);
      expect([where, overrides.includes('Revision')]).toEqual([where, true]);
    }
  });
});

describe('docs/deploying.md', () => {
  it('names parameters that there are', () => {
    const rows = tableOf(sectionOf(page, 'The first time'));
    const named = rows.flatMap(([names = '']) => names.match(/\b(?:[A-Z][a-z]+){2,}\b/g) ?? []);

    expect(named.length).toBeGreaterThan(6);
    expect(named.filter((name) => !(name in template.Parameters))).toEqual([]);
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
