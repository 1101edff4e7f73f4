import { DEFAULT_CUTOVER, type FenceChoice } from '../../../functions/migration/fence.ts';
import { DEFAULT_SAMPLE_KEYS, DEFAULT_VERIFICATION } from '../../../functions/migration/verification.ts';
import { count, duration } from '../parts/text.ts';
import type { Values } from './values.ts';

export interface Step {
  text: string;
  /** What cannot be undone, or is easily overlooked. */
  loud?: true;
}

/** What the request will do, in its order, before it is sent. */
export const stepsOf = (values: Values): Step[] => {
  const group = values.replicationGroupId.trim() || 'the replication group';
  const source = values.address.trim() ? `${values.address.trim()}:${values.port.trim()}` : 'the source';
  const waived = values.waivers.filter((id) => id.trim() !== '');
  const checks = {
    text: `Checks ${source} and ${group} for every reason why the migration would fail. Nothing changes.`,
  };
  const inSpite: Step[] =
    waived.length > 0
      ? [{ text: `Goes on in spite of: ${waived.join(', ')}. This is kept under your name.`, loud: true }]
      : [];
  const tests = { text: `Has ElastiCache try the connection to ${source} (TestMigration).` };
  if (values.dryRun) {
    return [checks, ...inSpite, tests, { text: 'Ends, and tells what a real migration would do, step by step.' }];
  }
  return [
    checks,
    ...inSpite,
    tests,
    {
      text: `Replaces all data of ${group} by those of ${source} (StartMigration), and keeps them in sync.`,
      loud: true,
    },
    ...comparing(values),
    cuttingOver(values),
    freezing(values, source),
    fencing(values.fence as FenceChoice, source),
    { text: `Promotes ${group} (CompleteMigration). From here on there is no way back by itself.`, loud: true },
    closing(values, source),
  ];
};

/** All that a stack without a VPC takes, which reaches no server; one with a VPC takes it, too. docs/api-only.md */
const mayBeApiOnly = ({ fence, verificationMode, cutoverMode, drainBudgetMs, quietSeconds }: Values): boolean =>
  fence === 'none' &&
  verificationMode === 'none' &&
  cutoverMode === 'manual' &&
  drainBudgetMs.trim() + quietSeconds.trim() === '';

const freezing = (values: Values, source: string): Step => {
  const freezes = `reezes writes to ${source} for ${drain(values)} at the most, until every node of the target has applied everything.`;
  return mayBeApiOnly(values)
    ? { text: `In a stack with a VPC, f${freezes} In API-only mode nobody is kept from writing.`, loud: true }
    : { text: `F${freezes}` };
};

const closing = (values: Values, source: string): Step => {
  const names = `ames clients that still turn to ${source}, and closes when there were none for ${quiet(values)}.`;
  return {
    text: mayBeApiOnly(values)
      ? `In a stack with a VPC, n${names} In API-only mode it closes with the promotion.`
      : `N${names}`,
  };
};

const comparing = ({ verificationMode, sampleKeys, maxKeysPerSecond }: Values): Step[] => {
  if (verificationMode === 'none')
    return [{ text: 'Compares nothing: whether the data are the same is not known.', loud: true }];
  const pace = `at up to ${figure(maxKeysPerSecond, DEFAULT_VERIFICATION.maxKeysPerSecond)} keys a second`;
  return verificationMode === 'sample'
    ? [{ text: `Compares ${figure(sampleKeys, DEFAULT_SAMPLE_KEYS)} keys of each side, ${pace}.` }]
    : [{ text: `Compares every key of both sides, ${pace}, while the application goes on writing.` }];
};

const cuttingOver = ({ cutoverMode }: Values): Step =>
  cutoverMode === 'automatic'
    ? { text: 'Cuts over by itself, as soon as both sides are in sync and verified.', loud: true }
    : { text: 'Waits for you to ask for the cutover. The application goes on writing to the source.' };

const fencing = (fence: FenceChoice, source: string): Step => {
  if (fence === 'none')
    return { text: `Sets no fence: it is your word that nobody writes to ${source} any more.`, loud: true };
  const how = {
    auto: 'the best fence that it allows',
    acl: 'rules for its users (ACL)',
    minReplicas: 'min-replicas-to-write',
  };
  return { text: `Closes ${source} to writes for good, by ${how[fence]}, and ends its clients' connections.` };
};

const milliseconds = (text: string, usual: number, unitMs: number): string => {
  const typed = text.trim() === '' ? usual : Number(text);
  return Number.isFinite(typed) && typed >= 0 ? duration(typed * unitMs) : 'a time that is to be corrected';
};

const drain = ({ drainBudgetMs }: Values) => milliseconds(drainBudgetMs, DEFAULT_CUTOVER.drainBudgetMs, 1);

const quiet = ({ quietSeconds }: Values) => milliseconds(quietSeconds, DEFAULT_CUTOVER.quietSeconds, 1000);

const figure = (text: string, usual: number): string => {
  const typed = text.trim() === '' ? usual : Number(text);
  return Number.isFinite(typed) ? count(typed) : '?';
};
