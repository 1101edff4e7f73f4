import type { Problem } from '../functions/adapters/problem.ts';
import type { Acceptance } from '../functions/migration/accept.ts';
import type { History } from '../functions/migration/sample.ts';
import type { ListedMigration, MigrationView } from '../functions/migration/view.ts';
import type { ApiAnswer } from './call.ts';
import { formOf } from './lacks.ts';

export interface MigrationsPage {
  migrations: ListedMigration[];
  nextToken?: string;
}

/** What an answer is that lacks nothing. */
export interface Answers {
  acceptance: Acceptance;
  page: MigrationsPage;
  migration: MigrationView;
  announced: MigrationView;
  history: History;
  problem: Problem;
}

/** A problem document with what else it has, where that is what it has to be. */
export const toProblem = ({ status, json }: ApiAnswer): Problem => {
  const { violations, allowedActions, requestId, ...rest } = json as Problem;
  return {
    ...rest,
    status,
    requestId: typeof requestId === 'string' ? requestId : 'not told',
    ...(Array.isArray(violations) && { violations: violations.filter((one) => formOf(one) === 'object') }),
    ...(Array.isArray(allowedActions) && { allowedActions: allowedActions.filter((one) => formOf(one) === 'string') }),
  };
};
