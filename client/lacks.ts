type Form = 'string' | 'number' | 'object' | 'list';
type Forms = Readonly<Record<string, Form>>;

/** What everybody who is shown a migration takes for granted. More may be absent: an older stack has an older API. */
const MIGRATION: Forms = {
  migrationId: 'string',
  status: 'string',
  statusReason: 'string',
  phase: 'string',
  replicationGroupId: 'string',
  acceptedAt: 'string',
  source: 'object',
  verification: 'object',
  cutover: 'object',
  allowedActions: 'list',
  waivers: 'list',
  phases: 'list',
};
const ENDPOINT: Forms = { address: 'string', port: 'number' };
/** Members that may be absent; where they are there they are shown. */
const PREFLIGHT: Forms = { verdict: 'string', checks: 'number', findings: 'list', forecast: 'object' };
const FINDING: Forms = {
  id: 'string',
  severity: 'string',
  title: 'string',
  found: 'string',
  required: 'string',
  remedy: 'list',
  because: 'object',
};
const OF_CUTOVER = { fenced: 'object', rollback: 'object', stragglers: 'object', certificate: 'object' } as const;
const EVENT: Forms = { at: 'string', detailType: 'string', detail: 'object' };
const DETAIL: Forms = { metadata: 'object', data: 'object' };

export const formOf = (value: unknown): string =>
  value === null ? 'nothing' : Array.isArray(value) ? 'list' : typeof value;

const member = (value: unknown, name: string): unknown => (value as Record<string, unknown>)[name];

/** Members that are not what they have to be: `status`, `migrations[0].source`. */
const lacking = (value: unknown, forms: Forms, place = ''): string[] =>
  formOf(value) === 'object'
    ? Object.entries(forms).flatMap(([name, form]) => (formOf(member(value, name)) === form ? [] : [place + name]))
    : [place.replace(/\.$/, '') || 'any member'];

const lackingEach = (value: unknown, name: string, ofOne: (one: unknown, place: string) => string[]): string[] => {
  const list = formOf(value) === 'object' ? member(value, name) : undefined;
  return Array.isArray(list) ? list.flatMap((one, at) => ofOne(one, `${name}[${at}].`)) : [name];
};

const lackingOfEvent = (one: unknown, place: string): string[] => {
  const missing = lacking(one, EVENT, place);
  return missing.length > 0 ? missing : lacking(member(one, 'detail'), DETAIL, `${place}detail.`);
};

/** Of a migration that is shown whole, and not as a line of a list. */
const lackingOfView = (json: unknown): string[] => {
  const missing = lacking(json, MIGRATION);
  if (missing.length > 0) return missing;
  const { source, preflight, cutover } = json as { source: unknown; preflight?: unknown; cutover: object };
  const there = Object.entries(OF_CUTOVER).filter(([name]) => member(cutover, name) !== undefined);
  const within = [
    ...lacking(source, ENDPOINT, 'source.'),
    ...(preflight === undefined ? [] : lacking(preflight, PREFLIGHT, 'preflight.')),
    ...lacking(cutover, Object.fromEntries(there), 'cutover.'),
  ];
  return within.length > 0 || preflight === undefined
    ? within
    : lackingEach(preflight, 'findings', (one, place) => lacking(one, FINDING, `preflight.${place}`));
};

/** What an answer has to have, by what was asked for. Each tells what it lacks; nothing where it can be believed. */
export const LACKS = {
  acceptance: (json: unknown): string[] => lacking(json, { migrationId: 'string' }),
  page: (json: unknown): string[] => lackingEach(json, 'migrations', (one, place) => lacking(one, MIGRATION, place)),
  migration: lackingOfView,
  announced: (json: unknown): string[] => [...lackingOfView(json), ...lackingEach(json, 'events', lackingOfEvent)],
  history: (json: unknown): string[] => lacking(json, { samples: 'list' }),
  problem: (json: unknown): string[] => lacking(json, { code: 'string', detail: 'string' }),
} as const;
