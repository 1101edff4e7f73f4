import { type CheckId, PREFLIGHT_CHECKS, type Severity } from '../../functions/migration/preflight.ts';
import { NEEDED_COMMANDS, SOURCE_PARAMETERS } from '../../functions/preflight/asked.ts';
import { CATALOGUE } from '../../functions/preflight/catalogue.ts';
import type { Check } from '../../functions/preflight/check.ts';
import type { FactName } from '../../functions/preflight/facts.ts';
import { syncTime } from '../../functions/preflight/sync-model.ts';
import { OUT_OF_REACH, UNREAD } from '../../functions/preflight/unread.ts';

/** docs/preflight.md, made of the catalogue. */
export const preflightPage = (): string =>
  [HEAD, overview(), '## Every check', ...CATALOGUE.map(sectionOf), UNREAD_HEAD, unreadTable(), FORECAST, BLIND]
    .join('\n\n')
    .concat('\n');

const HEAD = `# Preflight

<!-- Made of functions/preflight/catalogue.ts. Change it there, then: WRITE_DOCS=1 npx vitest run test/docs/preflight.test.ts -->

Before it calls StartMigration, this service looks at both sides for every reason why the migration would fail or hurt. It only reads: nothing is changed on the source, on the nodes or in AWS. All findings come at once, in the view
(\`GET /migrations/{id}\`, member \`preflight\`) and in the event \`MigrationPreflightPassed\` or \`MigrationPreflightFailed\`. Each has an id, what was found, what is required, lines to paste where there are any, and where the rule comes from. A line that begins with \`#\` is not a command but words.

The findings \`big-keys\`, \`short-ttls\` and \`sliding-ttls\` name keys by up to 80 characters of their names, so these stand in the view and in the events, unless the template parameter \`RedactKeyNames\` hides them ([security.md](security.md#what-is-kept-and-who-can-read-it)). No value of a key does. The keys are drawn by SCAN; STRLEN, HLEN and their like, and DUMP of one small key, count as a use
of them: OBJECT IDLETIME of these keys begins anew, and eviction by LRU or LFU takes them for used. Nothing else of them changes.

| severity | what it does |
|---|---|
| blocking | ends the migration before StartMigration, unless it is waived by name |
| warning | tells of something that costs time, data or nerves; the migration goes on |
| info | tells what you may want to know; the migration goes on |

With \`"dryRun": true\` the migration stops after the preflight and TestMigration, and lists what a real run would do, in order.

## Waivers

A request names the blocking findings that it goes on in spite of:

\`\`\`json
{ "replicationGroupId": "test",
  "customerNodeEndpointList": [{ "address": "10.0.0.5", "port": 6379 }],
  "waivers": ["target-holds-data"] }
\`\`\`

* A waiver is the id of one check. There is none for all of them.
* \`verification-differences\` is no check: it goes on in spite of what the [verification](verification.md) finds. It needs a \`reason\`.
* What a cutover looks for once more can be waived by the request for the cutover as well, with a \`reason\`: \`source-sentinel\`, \`fence-not-durable\`, \`min-replicas-set\`, \`users-included\`, \`modules-loaded-twice\`. It may have come since the preflight.
* What is waived is still checked and still listed, with \`waived: true\`. The waivers stay in the view and in the events.
* An id that is unknown, that never blocks, or that no waiver helps, is refused with the request. No waiver helps where somebody else's migration would be disturbed, or where nothing of the migration could be watched (nodes that ask for TLS or a password are not read).
* A waiver does not make AWS do what it refuses: without Multi-AZ, say, StartMigration itself may answer with an error.`;

const cell = (text: string): string => text.replaceAll('|', '\\|');
const row = (...cells: string[]): string => `| ${cells.map(cell).join(' | ')} |`;

const kindOf = (id: CheckId): string => {
  const { severity, waivable } = PREFLIGHT_CHECKS[id];
  return { byName: `${severity}, can be waived`, never: `${severity}, no waiver helps`, needless: severity }[waivable];
};

const SEVERITIES: readonly Severity[] = ['blocking', 'warning', 'info'];

const overview = (): string => {
  const ids = Object.keys(PREFLIGHT_CHECKS) as CheckId[];
  const lines = SEVERITIES.flatMap((severity) =>
    (['never', 'byName', 'needless'] as const).flatMap((waivable) => {
      const those = ids.filter(
        (id) => PREFLIGHT_CHECKS[id].severity === severity && PREFLIGHT_CHECKS[id].waivable === waivable,
      );
      const [first] = those;
      return first ? [row(kindOf(first), those.map((id) => `[\`${id}\`](#${anchorOf(id)})`).join(', '))] : [];
    }),
  );
  return ['## All at a glance', ['| kind | ids |', '|---|---|', ...lines].join('\n')].join('\n\n');
};

/** Findings of unread facts have no heading of their own, but one table. */
const anchorOf = (id: CheckId): string => (CATALOGUE.some((check) => check.id === id) ? id : 'what-could-not-be-read');

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const sectionOf = ({ id, title, required, because: { text, url }, needs, mayUse = [] }: Check): string =>
  [
    `### \`${id}\``,
    [
      `*${capital(kindOf(id))}.* ${title}`,
      '',
      `* Required: ${required}`,
      `* Reads: ${factsText(needs)}.${mayUse.length > 0 ? ` If it was read, also: ${factsText(mayUse)}.` : ''}`,
      `* Source: ${url ? `[${text}](${url})` : text}.`,
    ].join('\n'),
  ].join('\n\n');

const factsText = (names: readonly FactName[]): string => names.map((name) => UNREAD[name].what).join('; ');

const UNREAD_HEAD = `## What could not be read

A fact that could not be read is a finding of its own: it says why, and which checks were not made for it. So does a field that every supported version has and that is missing or absurd. Nothing passes in silence. Where one fault explains the next
(nothing can be read of a server that does not answer), only the first is a finding. A stack without a VPC looks at no server: one finding, \`unread-servers\`, names all checks that were not made for it ([api-only.md](api-only.md)).`;

const unreadTable = (): string =>
  [
    '| id | kind | what could not be read | required |',
    '|---|---|---|---|',
    ...[...Object.values(UNREAD), OUT_OF_REACH].map(({ id, what, required }) =>
      row(`\`${id}\``, kindOf(id), what, required),
    ),
    '',
    `CONFIG GET is asked for these parameters and no others: ${codes(SOURCE_PARAMETERS)}. COMMAND INFO is asked for these: ${codes(NEEDED_COMMANDS)}.`,
  ].join('\n');

const codes = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');

const EXPECTED_SECONDS = 90;
const { low, high } = syncTime(EXPECTED_SECONDS);

const FORECAST = `## The forecast of the full sync

The most common death of a migration: during the full sync the source keeps every write for its new replica in a buffer. When that reaches \`client-output-buffer-limit\`, the source closes the link, the copy begins anew, and ends the same way. The preflight
says beforehand whether it will:

1. It measures how much is written to the replication stream, over some seconds (template parameter \`WriteSampleMilliseconds\`). With a replica or a backlog the source's own offset tells it; without one it is all input when only commands that write were called, nothing when none of them is ever replicated, and otherwise between a few bytes a write and all input.
2. It expects the copy at \`CopyMegabytesPerSecond\` (template parameter). A copy that should take ${EXPECTED_SECONDS} s is taken to last between ${Math.round(low)} and ${Math.round(high)} s: it may be faster than expected, and writes slow it down.
3. Writes a second times seconds is what waits in the buffer. That is held against the hard limit, and against the soft one for its time. From Redis 7.0 on a hard limit below \`repl-backlog-size\` acts as if it were that size.

| verdict | meaning | finding |
|---|---|---|
| \`pass\` | even the high estimate stays below the limits | none |
| \`tight\` | the estimates lie on both sides of a limit | \`full-sync-tight\` |
| \`willFail\` | even the low estimate is over a limit | \`full-sync-will-fail\` |
| \`unknown\` | a figure could not be read | that of the fact |

The forecast is in the view as \`preflight.forecast\`, with its figures and the \`CONFIG SET\` lines that would make it pass; they last until the source restarts, unless you send \`CONFIG REWRITE\`. What is measured is this minute: a source that is busier at night is
better measured at night.`;

const BLIND = `## What cannot be seen from here

The functions look from their own place in the VPC. What only ElastiCache's nodes, or only the machine of the source, could tell is not a check. TestMigration, which runs after the preflight, tries most of it.

| what | who tells it |
|---|---|
| Whether the nodes of ElastiCache reach the source: VPC peering, route tables, the source's security group and network ACLs. The connection goes from ElastiCache to the source, and the functions may be let in where the nodes are not. | TestMigration |
| Whether the nodes resolve the source's name to the same address (a private hosted zone has to be associated with their VPC). An IP address does not have this problem. | TestMigration |
| Whether the address that \`bind\` and the firewall allow for the functions is also allowed for the nodes. | TestMigration |
| Other processes on the source's machine: whether the memory that INFO calls free is free when the source forks. | the machine |
| Writers that are not connected now, and clients that reach the target by other names later. | you |
| Sentinels that are neither connected to the source nor announced there. | you |
| Whether AWS migrates into Outposts, IPv6, \`ClusterMode: compatible\` or durable groups: it documents neither. The checks warn. | TestMigration, a dry run |
| Hashes whose fields expire one by one, on a Valkey 9 whose target is older: its full sync ends with an error then. | a trial |
| The other shards of a Redis cluster: cluster mode is refused until it is built. | - |`;
