import type { ApiCall, ApiRequest } from '../../client/call.ts';
import { ApiAccessDeniedError } from '../../client/errors.ts';
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

/** What this identity may ask for, route by route. @throws what keeps the API from answering at all */
export const checkRoutes = async (call: ApiCall): Promise<Check[]> => {
  const answered = await Promise.all(
    PROBES.map(async ([may, route, request]) => {
      try {
        const { status } = await call(request);
        return { may, route, isAllowed: status !== 403, isKnown: status < 500 && status !== 429 };
      } catch (error) {
        if (error instanceof ApiAccessDeniedError) return { may, route, isAllowed: false, isKnown: true };
        throw error;
      }
    }),
  );
  const names = (wanted: (one: (typeof answered)[number]) => boolean) =>
    answered
      .filter(wanted)
      .map(({ may }) => may)
      .join(', ');
  const allowed = names(({ isAllowed, isKnown }) => isAllowed && isKnown);
  const denied = answered.filter(({ isAllowed }) => !isAllowed);
  const untold = names(({ isKnown }) => !isKnown);
  return [
    ...(allowed ? [good('may', allowed)] : []),
    ...(denied.length > 0
      ? [
          {
            name: 'may not',
            result: 'note' as const,
            text: `${denied.map(({ may }) => may).join(', ')}: execute-api:Invoke is missing on ${denied.map(({ route }) => route).join(', ')}`,
            next: ['docs/security.md#who-may-do-what'],
          },
        ]
      : []),
    ...(untold ? [{ name: 'may', result: 'unknown' as const, text: `could not be told: ${untold}`, next: [] }] : []),
  ];
};
