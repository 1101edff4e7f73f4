import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { exceptions, judge, resourcesIn } from './exceptions.ts';
import { model, TEMPLATE_PATH, template } from './support.ts';

// Both are CommonJS, and asl-validator has no types.
const require = createRequire(import.meta.url);
const { RegoEngine, TemplateFile } =
  require('@aws/cloudformation-validate') as typeof import('@aws/cloudformation-validate');
const validateAsl = require('asl-validator') as (
  definition: unknown,
  options: { checkPaths: boolean; checkArn: boolean },
) => { isValid: boolean; errorsText: () => string };

const TOOLS = ['cfn-lint', 'cloudformation-validate', 'checkov'];

describe('template.yaml', () => {
  it('passes CloudFormation validation with nothing above INFO, apart from named exceptions', () => {
    const engine = new RegoEngine();
    try {
      const { diagnostics } = engine.validateStandard(new TemplateFile(TEMPLATE_PATH));

      expect(diagnostics.length).toBeGreaterThan(0);
      const findings = diagnostics
        .filter(({ severity }) => !['INFO', 'DEBUG'].includes(severity))
        .map(({ ruleId, message, entity }) => ({ rule: ruleId, resource: entity?.logicalId ?? '', message }));
      expect(judge('cloudformation-validate', findings)).toEqual({ open: [], idle: [] });
    } finally {
      engine.free();
    }
  });
});

describe('the exceptions from what tools find', () => {
  it('have a reason, and name a tool and resources that there are', () => {
    expect(exceptions.length).toBeGreaterThan(0);
    for (const exception of exceptions) {
      const there = [...Object.keys(template.Resources), ...Object.keys(template.Parameters)];
      expect([exception.rule, exception.reason.length > 40]).toEqual([exception.rule, true]);
      expect(exception.of.filter((tool) => !TOOLS.includes(tool))).toEqual([]);
      expect([exception.rule, resourcesIn(exception).filter((id) => !there.includes(id))]).toEqual([
        exception.rule,
        [],
      ]);
      expect([exception.rule, resourcesIn(exception).length > 0]).toEqual([exception.rule, true]);
    }
  });

  it('are the same for whoever runs the tools by hand', () => {
    const rulesFor = (tool: string) => exceptions.filter(({ of }) => of.includes(tool)).map(({ rule }) => rule);
    const checkov = parse(readFileSync(new URL('../../.checkov.yaml', import.meta.url), 'utf8'));
    const ignored = [template, ...Object.values(template.Resources)].flatMap(
      ({ Metadata }) => (Metadata?.['cfn-lint'] as { config: { ignore_checks: string[] } })?.config.ignore_checks ?? [],
    );

    expect(checkov['skip-check']).toEqual(rulesFor('checkov'));
    expect([...new Set(ignored)].sort()).toEqual(rulesFor('cfn-lint').sort());
  });

  it('cover what they name, and nothing else', () => {
    const finding = (rule: string, resource: string) => ({ rule, resource, message: '' });
    const excepted = exceptions
      .filter(({ of }) => of.includes('checkov'))
      .map((one) => finding(one.rule, resourcesIn(one)[0] as string));
    const other = finding('CKV_AWS_117', 'MigrationTable');

    expect(judge('checkov', excepted)).toEqual({ open: [], idle: [] });
    expect(judge('checkov', [...excepted, other])).toEqual({ open: [other], idle: [] });
    expect(judge('checkov', excepted.slice(1))).toEqual({ open: [], idle: [excepted[0]?.rule] });
  });
});

describe('the state machines', () => {
  it.each(model.machines)('$logicalId passes asl-validator after substitution', ({ definition }) => {
    const { isValid, errorsText } = validateAsl(JSON.parse(definition), { checkPaths: true, checkArn: true });

    expect(isValid ? '' : errorsText()).toBe('');
  });
});
