/** The resource server of the template's scopes. */
const PREFIX = 'elasticache-migrator';

/** The scope that a route asks for; docs/security.md has them all. */
export const scopeOf = (method: string, [, , act]: readonly string[]): string =>
  `${PREFIX}/${method === 'GET' ? 'read' : (act ?? 'start')}`;
