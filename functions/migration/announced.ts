import { ASKED_ACTS, type AskedAct } from './acts.ts';
import type { Workflow } from './ports.ts';
import type { MigrationRecord } from './record.ts';
import { InvalidRequestError } from './request-errors.ts';

/** An event that was put on the bus, as its consumers get it: docs/events.md. One that was tried again comes twice. */
export interface Announced {
  /** ISO 8601: when it was to be put there. */
  at: string;
  detailType: string;
  detail: { metadata: { id: string } & Record<string, unknown>; data: Record<string, unknown> };
}

export interface AnnouncedPage {
  /** Newest first. */
  events: Announced[];
  nextToken?: string;
}

/** Who announces something of a migration, and in which execution. */
interface Speaker {
  /** In tokens. */
  key: string;
  arn: string;
}

const SETTLING = [...ASKED_ACTS, 'settle'] as const;
const SWEPT = 'swept-';
const OWN = 'migration';
const KEYS: readonly string[] = [...SETTLING.flatMap((one) => [one, SWEPT + one]), OWN];

/**
 * What a migration has announced, newest first: by its own execution, by its settlement, and by the acts after its end; of
 * the latter two also by the last that the sweeper had started, because the first was lost. A page may be empty and have one
 * after it.
 *
 * @throws InvalidRequestError for a token that is none of ours
 * @throws TransientServiceError
 */
export const makeAnnounced =
  (workflow: Pick<Workflow, 'announced' | 'settlementArn'>) =>
  async (record: MigrationRecord, nextToken?: string): Promise<AnnouncedPage> => {
    const speakers = speakersOf(record, workflow);
    const [key, token] = nextToken === undefined ? [speakers[0]?.key] : readToken(nextToken);
    const found = speakers.findIndex((one) => one.key === key);
    // An act that was forgotten between two pages has nothing to say any more.
    const at = found < 0 ? speakers.length - 1 : found;
    const speaker = speakers[at] as Speaker;
    const page = await workflow.announced(speaker.arn, found < 0 ? undefined : token);
    const after = speakers[at + 1];
    const next = page?.nextToken ? `${speaker.key}~${page.nextToken}` : after && `${after.key}~`;
    return { events: page?.events ?? [], ...(next && { nextToken: next }) };
  };

/** Whoever acted last first. Nobody but its own execution has announced anything before the promotion or the end. */
const speakersOf = (record: MigrationRecord, workflow: Pick<Workflow, 'settlementArn'>): Speaker[] => {
  const { migrationId, outcome, promotedAt, phase, sweptAs = {} } = record;
  const timeOf = (act: AskedAct) => record[act]?.at ?? '';
  const acts = ASKED_ACTS.filter(timeOf).sort((a, b) => (timeOf(a) > timeOf(b) ? -1 : 1));
  const isSettled = outcome !== undefined || promotedAt !== undefined || phase === 'promotionInDoubt';
  // As whoever starts the settlement machine names its executions.
  const nameOf = (one: (typeof SETTLING)[number]) =>
    one === 'settle' ? migrationId : `${migrationId}-${one}-${Date.parse(timeOf(one))}`;
  return [
    ...[...acts, ...(isSettled ? (['settle'] as const) : [])].flatMap((one) => [
      ...(sweptAs[one] ? [{ key: SWEPT + one, arn: workflow.settlementArn(sweptAs[one]) }] : []),
      { key: one, arn: workflow.settlementArn(nameOf(one)) },
    ]),
    { key: OWN, arn: record.executionArn },
  ];
};

const readToken = (nextToken: string): [string, string | undefined] => {
  const at = nextToken.indexOf('~');
  const [key, token] = [nextToken.slice(0, Math.max(0, at)), nextToken.slice(at + 1)];
  if (!KEYS.includes(key)) {
    throw new InvalidRequestError([{ parameter: 'nextToken', detail: 'is not a token that this API gave' }]);
  }
  return [key, token || undefined];
};
