import type { MigrationView } from '../../../functions/migration/view.ts';
import { lacksOf } from '../parts/guarantees.ts';
import type { ActWords } from './words.ts';

/** What an act is where no server is reached: other than in the usual words. docs/api-only.md has it at length. */
type Change = (view: MigrationView, source: string) => Partial<ActWords>;

const cutover: Change = (view, source) => {
  const group = view.replicationGroupId;
  return {
    will: [
      'Source and target were not compared, and are not compared now.',
      `Nobody is kept from writing. That every writer to ${source} is stopped, and that every node of ${group} has applied everything, is your word alone.`,
      'CloudWatch is asked once more. If it does not say in sync, or if ElastiCache refuses, the cutover is backed out and awaits your next request.',
      `CompleteMigration is sent, without Force: ${group} is promoted. An event and the status tell whether it was. Then look at the new primary, and point your clients to it.`,
    ],
    after: [
      'From CompleteMigration on there is no abort, and no way back by this service: nothing is fenced.',
      `Whatever is still written to ${source} is missing in ${group}, and nobody tells.`,
    ],
    lacks: [...lacksOf(view)],
  };
};

const abort: Change = ({ replicationGroupId }, source) => ({
  will: [
    'Whatever runs is waited out; a cutover under way is stopped before CompleteMigration, or this is refused.',
    `${source} takes writes as before: nothing was fenced.`,
    `${replicationGroupId} is taken out of migration, and keeps whatever was copied.`,
  ],
});

const confirm: Change = (view) => {
  const group = view.replicationGroupId;
  return {
    will: [
      `Look first: the primary of ${group} has the role master, and the data that you expect.`,
      'The service looks at the status alone. If that speaks against it, this is refused, and the migration says why.',
      'Otherwise it goes on as promoted, without a certificate: no node was asked, and no key was counted.',
    ],
    after: [
      `It is your word: were ${group} not what was the source, writes of the application would be missing in it.`,
    ],
    lacks: [...lacksOf(view)],
  };
};

const unfence: Change = ({ replicationGroupId: group }, source) => ({
  button: 'Give it up',
  title: `Say that ${group} will not be promoted`,
  will: [
    `There is no fence to lift: ${source} took writes all the time.`,
    `The promotion is in doubt: look first whether the primary of ${group} has the role master. Afterwards this migration ends as failed.`,
  ],
  after: [`Should ${group} be promoted all the same, both sides take writes, and nobody merges them.`],
});

const close: Change = ({ replicationGroupId: group }, source) => ({
  will: ['It ends as completed. Nobody was looked for on the old primary, and nobody is.'],
  after: [`Nothing was fenced: whatever is still written to ${source} is missing in ${group}, and nobody tells.`],
});

export const API_ONLY: Readonly<Record<string, Change | undefined>> = { cutover, abort, confirm, unfence, close };
