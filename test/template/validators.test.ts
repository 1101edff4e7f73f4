import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { model, TEMPLATE_PATH } from './support.ts';

// Both are CommonJS, and asl-validator has no types.
const require = createRequire(import.meta.url);
const { RegoEngine, TemplateFile } =
  require('@aws/cloudformation-validate') as typeof import('@aws/cloudformation-validate');
const validateAsl = require('asl-validator') as (
  definition: unknown,
  options: { checkPaths: boolean; checkArn: boolean },
) => { isValid: boolean; errorsText: () => string };

describe('template.yaml', () => {
  it('passes CloudFormation validation with nothing above INFO', () => {
    const engine = new RegoEngine();
    try {
      const { diagnostics } = engine.validateStandard(new TemplateFile(TEMPLATE_PATH));

      expect(diagnostics.length).toBeGreaterThan(0);
      expect(
        diagnostics
          .filter(({ severity }) => !['INFO', 'DEBUG'].includes(severity))
          .map(({ severity, ruleId, message }) => `${severity} ${ruleId} ${message}`),
      ).toEqual([]);
    } finally {
      engine.free();
    }
  });
});

describe('the state machines', () => {
  it.each(model.machines)('$logicalId passes asl-validator after substitution', ({ definition }) => {
    const { isValid, errorsText } = validateAsl(JSON.parse(definition), { checkPaths: true, checkArn: true });

    expect(isValid ? '' : errorsText()).toBe('');
  });
});
