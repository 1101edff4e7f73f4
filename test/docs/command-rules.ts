/** How a test sees to it that what a page says can be pasted. */
export type Rule = { of: RegExp } & (
  | /** It is run against the embedded AWS, with a migration under way. */ { by: 'embedded' }
  | /** The embedded AWS has no such service: the `aws` command itself takes its words. */ { by: 'aws' }
  | /** It sets up what the others of the runbook use: it is run before them. */ { by: 'setup' }
  | /** Its words are sent to a source, by the client of the tests: redis-cli is not on every machine. */ {
      by: 'redis';
    }
  | /** It runs for long: its `--help` has every option of it. */ { by: 'help' }
  | /** A file that runs it. */ { by: string; as: string }
);

/** The first that fits counts. */
export const RULES: readonly Rule[] = [
  { of: /^npm ci && sam build/, by: '.ci/lint-template', as: '/sam" build' },
  { of: /^npm run lint:template$/, by: '.ci/run', as: '.ci/lint-template' },
  { of: /^npm run generate$/, by: 'test/contract/types.test.ts', as: 'npm run generate' },
  { of: /^sam validate --lint$/, by: '.ci/lint-template', as: '/sam" validate --lint' },
  // No account is here to deploy to: their options are those of the SAM CLI's help, their parameters those of the template.
  { of: /^sam (deploy|delete)\b/, by: 'test/docs/deploying.test.ts', as: 'build|deploy|delete|validate' },
  { of: /^npm ci$/, by: '.ci/run', as: 'npm ci' },
  { of: /^(npm ci && )?npm test$/, by: '.ci/run', as: 'npm test' },
  { of: /^(npm ci && )?npm run demo$/, by: 'test/e2e/commands.test.ts', as: 'npm run demo' },
  { of: /^npm start$/, by: 'test/e2e/commands.test.ts', as: 'npm start' },
  { of: /^npm run check$/, by: 'package.json', as: 'npm run -s check & vitest run' },
  { of: /^npm run format$/, by: 'package.json', as: 'biome check --write .' },
  { of: /^npm run console /, by: 'test/e2e/commands.test.ts', as: 'console/main.ts' },
  { of: /^npm run certificate /, by: 'test/cutover/certificate-command.test.ts', as: 'npm run certificate' },
  { of: /^npx elasticache-migrator /, by: 'test/cli/examples.test.ts', as: 'npx elasticache-migrator' },
  { of: /^npm run verify /, by: 'test/verification/command.test.ts', as: 'npm run verify' },
  { of: /^npm run (model|chaos|bench)\b/, by: 'help' },
  { of: /^npx vitest run test\/functions\/replication$/, by: 'package.json', as: 'vitest' },
  { of: /^WRITE_SAMPLES=1 /, by: 'test/events/samples.test.ts', as: 'WRITE_SAMPLES' },
  { of: /^WRITE_PUBLISHED=1 .*published/, by: 'test/template/published.ts', as: 'WRITE_PUBLISHED' },
  { of: /^WRITE_PUBLISHED=1 /, by: 'test/contract/compatibility.test.ts', as: 'WRITE_PUBLISHED' },
  {
    of: /^aws (kms create-key|cloudformation (update|list)-|dynamodb (update|delete)-|logs|lambda|cloudtrail|cloudwatch|secretsmanager|sqs|scheduler)/,
    by: 'aws',
  },
  // Functions of the runbook around `aws logs`.
  { of: /^(logs|everywhere) /, by: 'aws' },
  { of: /^redis-cli -h "\$(SOURCE|NODE)" -p (6379|"\$SOURCE_PORT") [A-Z]/, by: 'redis' },
  { of: /^((aws|curl) |export API=http)/, by: 'embedded' },
  { of: /^(export [A-Z]|OUTPUTS=|\w+\(\) \{)/, by: 'setup' },
];

export const ruleOf = (command: string): Rule | undefined => RULES.find(({ of }) => of.test(command));
