import type { ApiCall, ApiRequest } from '../../client/call.ts';
import { ApiAccessDeniedError } from '../../client/errors.ts';
import { ScopeMissingError } from '../../client/token/errors.ts';
import { ASKS } from '../../functions/migration/acts.ts';
import { type Check, good } from './check.ts';

/** No migration can have this id: ids end with 12 hex digits. */
const NOBODY = 'doctor-looks-for-permissions';
const JSON_TYPE = { 'content-type': 'application/json' };

const post = (path: string[], body: object): ApiRequest => ({
  method: 'POST',
  path,
  headers: JSON_TYPE,
  body: JSON.stringify(body),
});

/** Each asks for something that the API refuses before it does anything, if IAM lets it through. */
const PROBES: [may: string, route: string, request: ApiRequest][] = [
  ['show', 'GET/migrations/*', { method: 'GET', path: ['migrations', NOBODY] }],
  ['start', 'POST/migrations', post(['migrations'], {})],
  ...(['cutover', ...ASKS] as const).map((act): [string, string, ApiRequest] => [
    act,
    `POST/migrations/*/${act}`,
    post(['migrations', NOBODY, act], { reason: 'doctor' }),
  ]),
];

interface Answered {
  may: string;
  isKnown: boolean;
  /** What keeps the request from going through: a route without permission, or a scope. */
  lacks?: { route: string } | { scope: string };
}

const ask = async (call: ApiCall, [may, route, request]: (typeof PROBES)[number]): Promise<Answered> => {
  try {
    const { status } = await call(request);
    return { may, isKnown: status < 500 && status !== 429, ...(status === 403 && { lacks: { route } }) };
  } catch (error) {
    if (error instanceof ApiAccessDeniedError) return { may, isKnown: true, lacks: { route } };
    if (error instanceof ScopeMissingError) return { may, isKnown: true, lacks: { scope: error.scope } };
    throw error;
  }
};

const listed = (of: readonly Answered[]): string => of.map(({ may }) => may).join(', ');

const denied = (of: readonly Answered[], text: string, anchor: string): Check[] =>
  of.length === 0
    ? []
    : [{ name: 'may not', result: 'note', text: `${listed(of)}: ${text}`, next: [`docs/security.md#${anchor}`] }];

/** What this identity may ask for, route by route. @throws what keeps the API from answering at all */
export const checkRoutes = async (call: ApiCall): Promise<Check[]> => {
  const answered = await Promise.all(PROBES.map((probe) => ask(call, probe)));
  const allowed = listed(answered.filter(({ lacks, isKnown }) => !lacks && isKnown));
  const untold = listed(answered.filter(({ isKnown }) => !isKnown));
  const routes = answered.flatMap(({ lacks }) => (lacks && 'route' in lacks ? [lacks.route] : []));
  const scopes = answered.flatMap(({ lacks }) => (lacks && 'scope' in lacks ? [lacks.scope] : []));
  return [
    ...(allowed ? [good('may', allowed)] : []),
    ...denied(
      answered.filter(({ lacks }) => lacks && 'route' in lacks),
      `execute-api:Invoke is missing on ${routes.join(', ')}`,
      'who-may-do-what',
    ),
    ...denied(
      answered.filter(({ lacks }) => lacks && 'scope' in lacks),
      `the token lacks ${scopes.join(', ')}`,
      'by-token',
    ),
    ...(untold ? [{ name: 'may', result: 'unknown' as const, text: `could not be told: ${untold}`, next: [] }] : []),
  ];
};
