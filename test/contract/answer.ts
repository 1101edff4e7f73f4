import { type Operation, operations, validatorOf } from './openapi.ts';
import { faultsOf } from './schemas.ts';

/** An answer as a client gets it. */
export interface HttpAnswer {
  status: number;
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>;
  body: unknown;
}

const PATTERNS = [...operations.values()].map((operation) => {
  const [method = '', path = ''] = operation.routeKey.split(' ');
  return { operation, method, pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`) };
});

/** The operation that a request is for. @param path with or without a query */
export const operationFor = (method: string, path: string): Operation | undefined => {
  const [place = ''] = path.split('?', 1);
  return PATTERNS.find((one) => one.method === method && one.pattern.test(place))?.operation;
};

/**
 * What the contract does not say of an answer, one line each: a status, content type or header that is not documented, a
 * body that is not as documented. A route that is not there is the gateway's to answer.
 */
export const undocumentedIn = (method: string, path: string, answer: HttpAnswer): string[] => {
  const operation = operationFor(method, path);
  const { status, headers, body } = answer;
  if (!operation) return status === 404 ? [] : [`${method} ${path} is no route, and is answered ${status}`];
  const documented = operation.responses.get(status);
  if (!documented) return [`${operation.routeKey} documents no ${status}`];
  const type = headers['content-type'] ?? 'none';
  const { response, pointer } = documented;
  if (!response.content[type]) return [`${operation.routeKey} documents no ${type} for ${status}`];
  const place = `${pointer}/content/${type.replaceAll('/', '~1')}/schema`;
  const faults = [...faultsOf(validatorOf(place), body), ...headerFaults(documented, headers)];
  const isOurs = !('message' in (body as object));
  if (isOurs && headers['cache-control'] !== 'no-store') faults.push('cache-control is not no-store');
  return faults.map((fault) => `${operation.routeKey} ${status}: ${fault}`);
};

const headerFaults = (
  { response, pointer }: { response: { headers?: Record<string, { required?: boolean }> }; pointer: string },
  headers: HttpAnswer['headers'],
): string[] =>
  Object.entries(response.headers ?? {}).flatMap(([name, { required }]) => {
    const value = headers[name.toLowerCase()];
    if (value === undefined) return required ? [`the header ${name} is missing`] : [];
    return faultsOf(validatorOf(`${pointer}/headers/${name}/schema`), value).map((fault) => `${name}${fault}`);
  });
