import { TemplateError } from './errors.ts';
import type { JwtModel, RouteModel } from './model.ts';
import { isObject, type Json, Properties } from './properties.ts';

/** HTTP APIs end an integration after 30 s at the latest. */
const LONGEST_INTEGRATION_MS = 30_000;

/** An `HttpApi` event of a function. What its API asks of callers is read from that, by {@link readAuthorization}. */
export const readRoute = (event: Properties, targetArn: string): RouteModel => {
  event.only(['ApiId', 'Method', 'Path', 'PayloadFormatVersion', 'TimeoutInMillis'], ['Auth', 'RouteSettings']);
  if (event.text('PayloadFormatVersion', '2.0') !== '2.0')
    throw new TemplateError(`${event.where}: only payload 2.0 is played`);
  return {
    method: event.text('Method').toUpperCase(),
    path: event.text('Path'),
    functionArn: targetArn,
    timeoutMs: Math.min(event.number('TimeoutInMillis', LONGEST_INTEGRATION_MS), LONGEST_INTEGRATION_MS),
  };
};

/** Who is asked, by the name of a security scheme: an issuer of tokens, or IAM, which lets everybody in on this machine. */
const readScheme = (scheme: Properties): JwtModel | 'iam' => {
  if (scheme.has('x-amazon-apigateway-authtype')) {
    if (scheme.text('x-amazon-apigateway-authtype') === 'awsSigv4') return 'iam';
    throw new TemplateError(`${scheme.where}: only awsSigv4 is played`);
  }
  const authorizer = scheme.in('x-amazon-apigateway-authorizer');
  authorizer.only(['type', 'identitySource', 'jwtConfiguration']);
  if (authorizer.text('type', '') !== 'jwt') throw new TemplateError(`${authorizer.where}: only type jwt is played`);
  if (authorizer.text('identitySource') !== '$request.header.Authorization')
    throw new TemplateError(`${authorizer.where}: only $request.header.Authorization is played`);
  const configuration = authorizer.in('jwtConfiguration').only(['issuer', 'audience']);
  return { issuer: configuration.text('issuer'), audience: configuration.list('audience').map(String), scopes: [] };
};

/**
 * What an API's OpenAPI definition asks of the callers of each route, as SAM hands it on to API Gateway.
 * @returns by `METHOD /path`, the token that a caller must bring; undefined where IAM decides
 * @throws TemplateError for a route that asks for nothing
 */
export const readAuthorization = (body: Properties): Map<string, JwtModel | undefined> => {
  body.only(['openapi', 'info', 'components', 'paths']);
  const declared = body.in('components').only(['securitySchemes']).in('securitySchemes');
  const schemes = new Map(Object.keys(declared.values).map((name) => [name, readScheme(declared.in(name))]));
  const asked = new Map<string, JwtModel | undefined>();
  const paths = body.in('paths');
  for (const [path, methods] of Object.entries(paths.values)) {
    for (const method of Object.keys(isObject(methods) ? methods : {})) {
      const operation = new Properties(`${body.where} ${method} ${path}`, (methods as Json)[method]).only(['security']);
      const [requirement, ...more] = operation.list('security') as Record<string, string[]>[];
      const [[name, scopes] = ['', []], ...others] = Object.entries(requirement ?? {});
      const scheme = schemes.get(name);
      if (scheme === undefined || more.length + others.length > 0)
        throw new TemplateError(`${operation.where}: needs one security scheme of the definition`);
      asked.set(`${method.toUpperCase()} ${path}`, scheme === 'iam' ? undefined : { ...scheme, scopes });
    }
  }
  return asked;
};

/**
 * Gives each route what its API asks of callers.
 * @throws TemplateError for a route that the definition does not have: on AWS it would be open to everybody
 */
export const authorizeRoutes = (routes: RouteModel[], asked: ReadonlyMap<string, JwtModel | undefined>): void => {
  for (const route of routes) {
    const key = `${route.method} ${route.path}`;
    if (!asked.has(key)) throw new TemplateError(`${key}: the API's DefinitionBody does not say who may call it`);
    const jwt = asked.get(key);
    if (jwt) route.jwt = jwt;
  }
};
