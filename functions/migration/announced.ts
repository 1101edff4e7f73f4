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

/** Who announces something of a migration: its own execution, its settlement's, and that of each act that was asked for. */
type Speaker = AskedAct | 'settlement' | 'migration';
const SPEAKERS: readonly string[] = [...ASKED_ACTS, 'settlement', 'migration'] satisfies Speaker[];

/**
 * What a migration has announced, newest first: by its own execution, by its settlement, and by the acts after its end.
 * A page may be empty and have one after it.
 *
 * @throws InvalidRequestError for a token that is none of ours
 * @throws TransientServiceError
 */
export const makeAnnounced =
  (workflow: Pick<Workflow, 'announced' | 'settlementArn'>) =>
  async (record: MigrationRecord, nextToken?: string): Promise<AnnouncedPage> => {
    const speakers = speakersOf(record);
    const [speaker, token] = nextToken === undefined ? [speakers[0] as Speaker] : readToken(nextToken);
    const arn = speaker === 'migration' ? record.executionArn : workflow.settlementArn(nameOf(speaker, record));
    const page = await workflow.announced(arn, token);
    const after = speakers[speakers.indexOf(speaker) + 1];
    const next = page?.nextToken ? `${speaker}~${page.nextToken}` : after && `${after}~`;
    return { events: page?.events ?? [], ...(next && { nextToken: next }) };
  };

/** Whoever acted last first. Nobody but its own execution has announced anything before the promotion or the end. */
const speakersOf = (record: MigrationRecord): Speaker[] => {
  const { outcome, promotedAt, phase } = record;
  const timeOf = (act: AskedAct) => record[act]?.at ?? '';
  const acts = ASKED_ACTS.filter(timeOf).sort((a, b) => (timeOf(a) > timeOf(b) ? -1 : 1));
  const isSettled = outcome !== undefined || promotedAt !== undefined || phase === 'promotionInDoubt';
  return [...acts, ...(isSettled ? (['settlement'] as const) : []), 'migration'];
};

/** As whoever starts the settlement machine names its executions. */
const nameOf = (speaker: Exclude<Speaker, 'migration'>, { migrationId, ...record }: MigrationRecord): string =>
  speaker === 'settlement' ? migrationId : `${migrationId}-${speaker}-${Date.parse(record[speaker]?.at ?? '')}`;

const readToken = (nextToken: string): [Speaker, string | undefined] => {
  const at = nextToken.indexOf('~');
  const [speaker, token] = [nextToken.slice(0, Math.max(0, at)), nextToken.slice(at + 1)];
  if (!SPEAKERS.includes(speaker)) {
    throw new InvalidRequestError([{ parameter: 'nextToken', detail: 'is not a token that this API gave' }]);
  }
  return [speaker as Speaker, token || undefined];
};
