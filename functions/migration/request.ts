import * as z from 'zod/mini';
import { ADDRESS } from './address.ts';
import { hasAtMost, tellable } from './characters.ts';
import type { Violation } from './error.ts';
import type { Reach } from './guarantees.ts';
import { withoutLongLists } from './long-lists.ts';
import { pointerTo } from './pointer.ts';
import type { SourceNetworks } from './ports.ts';
import { REPLICATION_GROUP_ID, REPLICATION_GROUP_ID_RULE } from './replication-group-id.ts';
import { notInReach } from './request-api-only.ts';
import { type CutoverRequestSettings, cutover, toCutover } from './request-cutover-settings.ts';
import { InvalidRequestError, NotInReachError } from './request-errors.ts';
import { needless, toSettings, verification } from './request-verification.ts';
import type { VerificationSettings } from './verification.ts';
import { notWaivable, type WaiverId } from './waivers.ts';

/** A request to migrate, checked whole. `replicationGroupId` is in lower case, as AWS stores it. */
export interface MigrationRequest {
  replicationGroupId: string;
  customerNodeEndpointList: [{ address: string; port: number }];
  /** Without what it says that is done anyway. */
  cutover: CutoverRequestSettings;
  /** Stop after the checks and TestMigration, and tell what a real run would do. Absent for a real run. */
  dryRun?: true;
  /** Absent where the default is asked for. */
  verification?: VerificationSettings;
  /** What to go on in spite of, by name; each once, in the order asked. Absent when there is nothing. */
  waivers?: WaiverId[];
  reason?: string;
}

export const text = (what: string) => z.string(`must be ${what}`);

export const endpoint = z.strictObject(
  {
    address: text('a DNS name or an IP address, as a string').check(
      z.regex(ADDRESS, 'must be a DNS name or an IP address of at most 255 characters'),
    ),
    port: z
      .number('must be a whole number from 1 to 65535')
      .check(
        z.int('must be a whole number from 1 to 65535'),
        z.minimum(1, 'must be at least 1'),
        z.maximum(65_535, 'must be at most 65535'),
      ),
  },
  'must be an object with address and port',
);

/** There are not many more checks than this; a list of repeats is a mistake. */
const MOST_WAIVERS = 100;

const waiver = text('the id of a check, as a string').check(
  z.refine((id) => notWaivable(id) === undefined, { error: ({ input }) => notWaivable(String(input)) ?? '' }),
);

const body = z.strictObject(
  {
    replicationGroupId: text('a replication group id, as a string').check(
      z.regex(REPLICATION_GROUP_ID, REPLICATION_GROUP_ID_RULE),
    ),
    customerNodeEndpointList: z.array(endpoint, 'must be a list with exactly one endpoint'),
    cutover: z._default(cutover, { mode: 'manual' }),
    verification: z.optional(verification),
    dryRun: z._default(z.boolean('must be true or false'), false),
    waivers: z._default(z.array(waiver, 'must be a list of ids of checks'), []),
    reason: z.optional(
      text('a string').check(z.refine((reason) => hasAtMost(reason, 1000), 'must have at most 1000 characters')),
    ),
  },
  'must be a JSON object',
);

const ANYWHERE: SourceNetworks = { refusalOf: () => undefined };

/**
 * Reads a request to migrate from anything.
 *
 * @param networks in which a source may be. A name is not looked up here: who dials it does
 * @param reach of the stack: an API-only one refuses what it cannot do
 * @throws InvalidRequestError with every violation at once, each with its JSON pointer
 * @throws NotInReachError when nothing is wrong but what is out of the stack's reach
 */
export const parseMigrationRequest = (
  input: unknown,
  networks: SourceNetworks = ANYWHERE,
  reach: Reach = 'full',
): MigrationRequest => {
  const parsed = body.safeParse(withoutLongLists(input), { reportInput: true });
  // Those of whole lists come first: of very many, not all are told.
  const violations = [...notOneEndpoint(input), ...tooManyWaivers(input)];
  if (!parsed.success) violations.push(...parsed.error.issues.flatMap(violationsOf));
  violations.push(...notAllowed(input, networks), ...needless(input), ...waivedWithoutReason(input));
  const beyond = reach === 'api-only' ? notInReach(input) : [];
  if (!parsed.success || violations.length > 0) throw new InvalidRequestError([...violations, ...beyond]);
  if (beyond.length > 0) throw new NotInReachError(beyond);

  const { replicationGroupId, customerNodeEndpointList, dryRun, waivers, reason } = parsed.data;
  const settings = parsed.data.verification && toSettings(parsed.data.verification);
  const [source] = customerNodeEndpointList as MigrationRequest['customerNodeEndpointList'];
  return {
    replicationGroupId: replicationGroupId.toLowerCase(),
    customerNodeEndpointList: [source],
    cutover: toCutover(parsed.data.cutover),
    ...(settings && { verification: settings }),
    ...(dryRun && { dryRun }),
    ...(waivers.length > 0 && { waivers: [...new Set(waivers as WaiverId[])] }),
    ...(reason !== undefined && { reason: tellable(reason) }),
  };
};

/** What a schema has found, each with its JSON pointer. */
export const violationsOf = (issue: z.core.$ZodIssue): Violation[] => {
  const pointer = pointerTo(issue.path);
  if (issue.code !== 'unrecognized_keys') {
    const missing = issue.input === undefined && issue.code === 'invalid_type';
    return [{ pointer, detail: missing ? `is missing: ${issue.message}` : issue.message }];
  }
  return issue.keys.map((key) => ({ pointer: pointerTo([...issue.path, key]), detail: 'is not a known field' }));
};

/**
 * AWS documents one element for cluster mode disabled and enabled alike (Migration-Initiate, Migration-Test).
 * Not a check of the schema: zod drops the elements' own issues when a check of their list fails.
 */
const notOneEndpoint = (input: unknown): Violation[] => {
  const list = (input as { customerNodeEndpointList?: unknown } | null)?.customerNodeEndpointList;
  return Array.isArray(list) && list.length !== 1
    ? [{ pointer: '/customerNodeEndpointList', detail: 'must hold exactly one endpoint, also in cluster mode' }]
    : [];
};

/** Of an address that the schema takes: ElastiCache would take it, and no function would dial it. */
const notAllowed = (input: unknown, networks: SourceNetworks): Violation[] => {
  const list = (input as { customerNodeEndpointList?: unknown } | null)?.customerNodeEndpointList;
  if (!Array.isArray(list)) return [];
  return list.slice(0, 1).flatMap((one, at) => {
    const address = (one as { address?: unknown } | null)?.address;
    const detail = typeof address === 'string' && ADDRESS.test(address) ? networks.refusalOf(address) : undefined;
    return detail === undefined ? [] : [{ pointer: pointerTo(['customerNodeEndpointList', at, 'address']), detail }];
  });
};

/** Not a check of the schema, for the same reason. */
const tooManyWaivers = (input: unknown): Violation[] => {
  const list = (input as { waivers?: unknown } | null)?.waivers;
  return Array.isArray(list) && list.length > MOST_WAIVERS
    ? [{ pointer: '/waivers', detail: `must have at most ${MOST_WAIVERS} ids` }]
    : [];
};

/** As with the request for a cutover: whoever goes on in spite of differences says why. */
const waivedWithoutReason = (input: unknown): Violation[] => {
  const { waivers, reason } = (input ?? {}) as { waivers?: unknown; reason?: unknown };
  const waived = Array.isArray(waivers) && waivers.includes('verification-differences');
  return waived && (reason === undefined || (typeof reason === 'string' && reason.trim() === ''))
    ? [{ pointer: '/reason', detail: 'is missing: whoever waives verification-differences says why' }]
    : [];
};
