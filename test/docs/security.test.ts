import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readTemplate } from '../../local/template/read.ts';
import { model, type Resource, resourcesOf, SURROUNDINGS, TEMPLATE_PATH, template } from '../template/support.ts';
import { sectionOf, tableOf, textOf } from './sources.ts';

const page = textOf('docs/security.md');

interface Policy {
  Version: string;
  Statement: {
    Effect: string;
    Action: string;
    Resource: string | string[];
    Condition?: { StringEquals: Record<string, string> };
  }[];
}

const policyOf = (heading: string): Policy => {
  const [, text = ''] = /```json\n([\s\S]*?)```/.exec(sectionOf(page, heading)) ?? [];
  return JSON.parse(text);
};

/** As IAM matches: `*` is any text, slashes as well. */
const matches = (pattern: string, text: string): boolean =>
  new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`).test(text);

const ARN = 'arn:aws:execute-api:eu-west-1:111122223333:$API_ID/$default';

const allows = ({ Statement }: Policy, method: string, path: string): boolean =>
  Statement.some(
    ({ Action, Resource }) =>
      Action === 'execute-api:Invoke' && [Resource].flat().some((one) => matches(one, `${ARN}/${method}${path}`)),
  );

const ROLES = ['reader', 'starter', 'operator'];
const ROUTES = model.routes.map(({ method, path }) => ({ method, path, name: `${method} ${path}` }));

describe('the roles of docs/security.md', () => {
  const rows = tableOf(sectionOf(page, 'Who may do what').split('\n### ')[0] ?? '');

  it('are told for every route of the template, and no other', () => {
    expect(rows.map(([route]) => route).sort()).toEqual(ROUTES.map(({ name }) => name).sort());
  });

  it.each(ROLES)('grant what the table says, and nothing else of the API: %s', (role) => {
    const policy = policyOf(role);
    const granted = ROUTES.filter(({ method, path }) =>
      allows(policy, method, path.replace('{id}', 'test-0123456789ab')),
    );
    const told = rows.filter((row) => row[1 + ROLES.indexOf(role)] === 'yes').map(([route]) => route);

    expect(granted.map(({ name }) => name).sort()).toEqual(told.sort());
    expect(granted.length).toBeGreaterThan(0);
    for (const { Effect, Action } of policy.Statement)
      expect([Effect, Action]).toEqual(['Allow', 'execute-api:Invoke']);
  });

  it('have no line without a route behind it', () => {
    for (const role of ROLES) {
      const lines = policyOf(role).Statement.flatMap(({ Resource }) => Resource);
      const idle = lines.filter(
        (line) => !ROUTES.some(({ method, path }) => matches(line, `${ARN}/${method}${path.replace('{id}', 'x')}`)),
      );
      expect([role, idle]).toEqual([role, []]);
    }
  });

  it('would be told apart no more if a starter might post anything beneath migrations', () => {
    const wide: Policy = {
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: `${ARN}/POST/migrations*` }],
    };

    expect(allows(wide, 'POST', '/migrations/test-0123456789ab/cutover')).toBe(true);
    expect(allows(policyOf('starter'), 'POST', '/migrations/test-0123456789ab/cutover')).toBe(false);
  });

  it('come by token, too: every scope that a route asks for, and what it is good for', () => {
    const { routes } = readTemplate(TEMPLATE_PATH, {
      ...SURROUNDINGS,
      parameters: { JwtIssuer: 'https://issuer.example', JwtAudience: 'us' },
    });
    const asked = routes.map(({ method, path, jwt }) => [
      `\`${jwt?.scopes[0]}\``,
      method === 'GET' ? 'every `GET`' : `\`${method} ${path}\``,
    ]);
    const told = [...sectionOf(page, 'By token').matchAll(/^\| (`elasticache[^|]*`) \| (.*) \|$/gm)];

    expect(new Set(told.map(([, scope, what]) => `${scope} ${what}`))).toEqual(
      new Set(asked.map((row) => row.join(' '))),
    );
  });

  it('come by event, too: a detail type that the bus takes', () => {
    const [statement] = policyOf('By event').Statement;
    const taken = model.rules.flatMap(({ pattern }) => (pattern['detail-type'] as string[] | undefined) ?? []);

    expect(statement?.Action).toBe('events:PutEvents');
    const [type] = Object.values(statement?.Condition?.StringEquals ?? {});
    expect(statement?.Condition).toEqual({ StringEquals: { 'events:detail-type': expect.any(String) } });
    expect(taken).toContain(type);
  });
});

describe('docs/security.md', () => {
  it('tells the networks that are allowed by default', () => {
    const networks = String(template.Parameters.AllowedNetworks?.Default).split(',');

    expect(networks.filter((network) => !sectionOf(page, 'Networks').includes(`\`${network}\``))).toEqual([]);
  });

  it.each(tableOf(sectionOf(page, 'Threats')))('has a test against: %s', (_threat, _guard, shownBy = '') => {
    const [path = '', ...title] = shownBy.split(': ');

    expect([path, existsSync(new URL(`../../${path}`, import.meta.url))]).toEqual([path, true]);
    expect(textOf(path)).toContain(title.join(': '));
  });
});

describe('what is kept', () => {
  const rows = tableOf(sectionOf(page, 'What is kept, and who can read it')).map((row) => row.join(' '));
  const rowOf = (...words: string[]) => rows.find((row) => words.every((word) => row.includes(word)));

  it('is told of each queue, of the access log with what it has of a caller, and of traces', () => {
    const { AccessLogSettings } = (template.Resources.Api as Resource).Properties as {
      AccessLogSettings: { Format: string };
    };
    const ofCallers = Object.keys(JSON.parse(AccessLogSettings.Format)).filter((key) => /^(caller|subject)$/.test(key));

    for (const [name] of resourcesOf('AWS::SQS::Queue'))
      expect([name, rowOf(name, '14 days') !== undefined]).toEqual([name, true]);
    expect(ofCallers).toHaveLength(2);
    expect(rowOf('access log', 'address', ...ofCallers)).toBeDefined();
    expect(template.Globals.Function.Tracing).toBe('Active');
    expect(rowOf('X-Ray')).toBeDefined();
  });
});
