import { DEFAULT_CUTOVER } from '../../../functions/migration/fence.ts';
import type { MigrationView } from '../../../functions/migration/view.ts';
import { apiNow } from '../data/api-clock.ts';
import { endpoint } from '../migration/sentences.ts';
import { lackingMode } from '../parts/guarantees.ts';
import { age, count, duration, plain } from '../parts/text.ts';
import { API_ONLY } from './api-only.ts';
import { isStuck, isUnfencePending } from './give-up.ts';
import { needsWaiver } from './waivable.ts';

/** An act in words, before it is asked for. */
export interface ActWords {
  /** On its button, and on the one that sends it. */
  button: string;
  title: string;
  /** What will happen, in its order. */
  will: string[];
  /** What will not be possible afterwards, and what to know. */
  after: string[];
  /** Guarantees that a decision has to do without. */
  lacks?: string[];
  tone: 'primary' | 'danger' | 'plain';
}

type Words = (view: MigrationView) => ActWords;

/** An act that this console does not know is offered all the same: the API says what is allowed, not this page. */
export const actWords = (act: string, view: MigrationView): ActWords => {
  const usual = (WORDS[act] ?? unknown(act))(view);
  const changed = lackingMode(view) === undefined ? undefined : API_ONLY[act]?.(view, sourceOf(view));
  const { title, will, after, lacks = [], ...words } = { ...usual, ...changed };
  return {
    ...words,
    title: plain(title),
    will: will.map(plain),
    after: after.map(plain),
    ...(lacks.length > 0 && { lacks: lacks.map(plain) }),
  };
};

const sourceOf = ({ source }: MigrationView): string => endpoint(source);

const cutover: Words = (view) => {
  const group = view.replicationGroupId;
  const { drainBudgetMs = DEFAULT_CUTOVER.drainBudgetMs, fence = DEFAULT_CUTOVER.fence } = view.cutover;
  return {
    button: 'Cut over',
    title: `Cut over ${group}`,
    will: [
      verifying(view),
      `Writes to ${sourceOf(view)} are frozen, for ${duration(drainBudgetMs)} at the most, until every node of ${group} has applied everything.`,
      fence === 'none'
        ? `No fence is set: it is your word that nobody writes to ${sourceOf(view)}.`
        : `${sourceOf(view)} is closed to writes for good by ${FENCES[fence] ?? `its fence ${fence}`}, and its clients' connections are ended.`,
      'Whatever goes wrong until here is backed out by itself: the source takes writes again.',
      `CompleteMigration is sent: ${group} is promoted. Then point your clients to it.`,
    ],
    after: [
      'From CompleteMigration on there is no abort, and no way back by itself.',
      'A rollback returns to the source only while nothing was written to the target.',
    ],
    tone: 'primary',
  };
};

const FENCES: Partial<Record<string, string>> = {
  auto: 'the best fence that it allows',
  acl: 'rules for its users',
  minReplicas: 'min-replicas-to-write',
};

/** By the state machine's AwaitCutover: what was waived is not compared again, unless there was no comparison at all. */
const verifying = (view: MigrationView): string => {
  const { mode, report, freshForMinutes = 0 } = view.verification;
  if (mode === 'none') return 'Source and target were not compared, and are not compared now.';
  const isWaived = view.waivers.includes('verification-differences');
  const isSample = mode === 'sample';
  if (!report)
    return `${isSample ? 'A sample of the keys of both sides is' : 'Source and target are'} compared first. ${
      isWaived ? 'Whatever is found is waived, and it goes on.' : 'Only with the verdict “same” it goes on.'
    }`;
  const oldMs = apiNow() - Date.parse(report.verifiedAt);
  const told = `The last comparison${isSample ? ', of a sample of the keys,' : ''} is ${age(oldMs)} old and says “${report.verdict}”`;
  if (report.verdict === 'same' && oldMs < freshForMinutes * 60_000) return `${told}: it goes on at once.`;
  if (isWaived) return `${told}: it goes on at once, since the request for the migration waives that.`;
  const again = `${told}: both sides are compared again first, and only with the verdict “same” it goes on.`;
  return needsWaiver('cutover', view) ? `${again} With the waiver it goes on at once.` : again;
};

const abort: Words = (view) => ({
  button: 'Abort',
  title: `Abort the migration of ${view.replicationGroupId}`,
  will: [
    'Whatever runs is waited out; a cutover under way is stopped before CompleteMigration, or this is refused.',
    `${sourceOf(view)} takes writes as before. A fence that stands on it is lifted.`,
    `${view.replicationGroupId} is taken out of migration, and keeps whatever was copied.`,
  ],
  after: ['It cannot be taken up again: a new migration copies everything anew.'],
  tone: 'danger',
});

const rollback: Words = (view) => ({
  button: 'Roll back',
  title: `Return from ${view.replicationGroupId} to the source`,
  will: [
    `It is looked whether anything was written to ${view.replicationGroupId}. If so, or if it cannot be told, nothing is done.`,
    ...(view.cutover.rollback
      ? [
          `At the last look, ${age(apiNow() - Date.parse(view.cutover.rollback.asOf))} ago: ${view.cutover.rollback.why}`,
        ]
      : []),
    `${view.replicationGroupId} is closed to writes, and its clients' connections are ended.`,
    `Then ${sourceOf(view)} takes writes again. At no moment do both.`,
  ],
  after: [
    `Point your clients to ${sourceOf(view)}.`,
    `${view.replicationGroupId} goes no further: delete it, or take its clients away. A new migration needs another group, or CLIENT UNPAUSE on every node of this one.`,
  ],
  tone: 'danger',
});

/** By the request, or by what was really set. */
const isUnfenced = ({ cutover: { fence, fenced } }: MigrationView): boolean => (fenced?.kind ?? fence) === 'none';

const unfence: Words = (view) => {
  const source = sourceOf(view);
  const group = view.replicationGroupId;
  const has = isUnfenced(view)
    ? `No fence was set on ${source}: nothing has to be lifted, and whatever still holds its clients' writes is ended.`
    : `On every node of the source, users and settings are given back what they were before the cutover: ${source} takes writes again.`;
  const doubt = `The promotion is in doubt: look first whether the primary of ${group} has the role master. Afterwards this migration ends as failed.`;
  const never = `CompleteMigration was never sent: ${group} was not promoted by this migration, which stays ${view.status}.`;
  const second = view.cutover.promotedAt ? [] : [isStuck(view) ? never : doubt];
  return {
    ...(isUnfenced(view)
      ? { button: 'Give the source back', title: `Say that ${source} may be written to again` }
      : { button: 'Lift the fence', title: `Lift the fence on ${source} for good` }),
    ...(isUnfencePending(view) && { button: 'Give nodes up' }),
    will: [has, ...second],
    after: isStuck(view)
      ? [`Your clients go on with ${source}. To move them to ${group} after all, ask for a new migration.`]
      : [
          'From then on source and target may both take writes, and nobody merges them: make sure that clients write to one of them alone.',
          'The fence is not set again, and a rollback is refused.',
        ],
    tone: 'danger',
  };
};

const close: Words = (view) => {
  const { writers = 0, readers = 0 } = view.cutover.stragglers ?? {};
  const who = [writers > 0 && `${count(writers)} that write`, readers > 0 && `${count(readers)} that read`].filter(
    Boolean,
  );
  return {
    button: 'Close',
    title: `Close the migration of ${view.replicationGroupId}`,
    will: [
      who.length > 0
        ? `It ends as completed although clients still turn to the old primary: ${who.join(', ')}.`
        : 'It ends as completed, without waiting until nobody has turned to the old primary for long enough.',
    ],
    after: [
      `Nobody looks for stragglers any more. ${isUnfenced(view) ? 'No fence was set: whoever still writes to the old primary is not hindered.' : 'The fence stays: rollback and lifting it can be asked for as before.'}`,
    ],
    tone: 'plain',
  };
};

const confirm: Words = (view) => {
  const group = view.replicationGroupId;
  return {
    button: 'Confirm the promotion',
    title: `Confirm that ${group} was promoted`,
    will: [
      `Look first: the primary of ${group} has the role master, and the data that you expect.`,
      'Every node is looked at once more. If one speaks against it, this is refused, and the migration says why.',
      'Otherwise it goes on as promoted, with a certificate that says that this was confirmed by you and not proven.',
    ],
    after: [
      `It is your word: were ${group} not what was the source, writes of the application would be missing in it.`,
      isUnfenced(view)
        ? `No fence was set on ${sourceOf(view)}: keeping clients away from it is yours.`
        : 'The fence on the source is looked at: a node where it does not stand any more is named, and no fence is set again.',
      'A rollback is refused later on, since nothing proves that both have one history.',
    ],
    tone: 'danger',
  };
};

const unknown =
  (act: string): Words =>
  (view) => ({
    button: act,
    title: `${act}: ${view.replicationGroupId}`,
    will: [
      `The API offers “${act}”, which this console does not know. It is asked for by POST /migrations/${view.migrationId}/${act}.`,
    ],
    after: ['What it does is told by the documentation of the service that is deployed.'],
    tone: 'danger',
  });

const WORDS: Record<string, Words | undefined> = { cutover, abort, rollback, unfence, close, confirm };
