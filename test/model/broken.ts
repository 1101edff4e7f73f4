import type { Invariant } from './explore.ts';
import type { Guard } from './guards.ts';
import {
  ABORT_WINS,
  CONFIRMED_AS_ASKED,
  DOUBT_KEEPS_FENCE,
  FENCE_IS_FOUND,
  FOREIGN_UNTOUCHED,
  NO_END_BUT_COMPLETED_IS_PROMOTED,
  NO_FENCE_FOR_EVER,
  NO_LOST_WRITE,
  NOTHING_UNASKED,
  ONE_ACCEPTS,
  PROMOTED_KEEPS_FENCE,
  ROLLBACK_LOSES_NOTHING,
  ROLLBACK_OPENS_ONE,
  TRUE_OUTCOME,
} from './invariants.ts';
import type { SCENARIOS } from './scenarios.ts';
import type { World } from './world.ts';

export interface Broken {
  guard: Guard;
  /** What does not hold any more without the guard. */
  breaks: Invariant<World>;
  /** Where that shows. */
  within: keyof typeof SCENARIOS;
  /** It shows where this one is missing, too. */
  besides?: Guard;
  /** A second belt: without the other one alone nothing breaks. */
  isSecond?: true;
}

const FAULT = 'one fault at any step, with a retry and a client that writes';
const SWEPT = 'a fence that is swept while its holder is at work, and another cutover';
const BEHIND = 'a fault at any step, and another migration behind';

const OVERTAKEN = 'a repeat of the cutover that opens a fence behind an operator who has unfenced';
const EMPTY = 'a primary that comes back empty, and an operator who confirms';

export const BROKEN: Broken[] = [
  { guard: 'durableFence', breaks: ONE_ACCEPTS, within: 'a cutover beside a client that writes' },
  { guard: 'durableFence', breaks: NO_LOST_WRITE, within: 'a client that is held up by the freeze' },
  { guard: 'persistedFence', breaks: ONE_ACCEPTS, within: 'a restart of the source at any step' },
  { guard: 'everySourceNode', breaks: ONE_ACCEPTS, within: 'a failover of the source or the target at any step' },
  { guard: 'everyTargetNode', breaks: NO_LOST_WRITE, within: 'a failover of the source or the target at any step' },
  { guard: 'killClients', breaks: NO_LOST_WRITE, within: 'a cutover beside a client that writes' },
  { guard: 'rereadOffset', breaks: NO_LOST_WRITE, within: 'a cutover beside a client that writes' },
  { guard: 'freshIntentFirst', breaks: ONE_ACCEPTS, within: FAULT },
  { guard: 'exclusiveOpen', breaks: NO_FENCE_FOR_EVER, within: FAULT },
  { guard: 'beforeUnderRecord', breaks: NO_FENCE_FOR_EVER, within: FAULT },
  { guard: 'attemptAtIntend', breaks: ONE_ACCEPTS, within: FAULT },
  { guard: 'sendsCounted', breaks: ONE_ACCEPTS, within: FAULT },
  { guard: 'liftNeverSealed', breaks: NO_FENCE_FOR_EVER, within: OVERTAKEN },
  {
    guard: 'takeOverAsJudged',
    breaks: DOUBT_KEEPS_FENCE,
    within: OVERTAKEN,
    besides: 'noCutoverBesideUnfence',
    isSecond: true,
  },
  { guard: 'killOldConnections', breaks: NO_FENCE_FOR_EVER, within: FAULT },
  { guard: 'liftSealed', breaks: FENCE_IS_FOUND, within: FAULT },
  {
    guard: 'markKept',
    breaks: FENCE_IS_FOUND,
    within: 'a CompleteMigration that is refused, and a fault',
  },
  { guard: 'keepSealedOfReleased', breaks: ONE_ACCEPTS, within: FAULT },
  { guard: 'disarmBeforeLift', breaks: ONE_ACCEPTS, within: SWEPT },
  { guard: 'takeOverAsFound', breaks: ONE_ACCEPTS, within: SWEPT },
  { guard: 'connectBeforeProof', breaks: ONE_ACCEPTS, within: SWEPT },
  {
    guard: 'evidenceOfEveryCall',
    breaks: ONE_ACCEPTS,
    within: 'a second CompleteMigration that is accepted beside the first',
  },
  {
    guard: 'withdrawAsJudged',
    breaks: ONE_ACCEPTS,
    within: 'a CompleteMigration that is refused, and a fault',
  },
  { guard: 'evidenceOfEveryShard', breaks: ONE_ACCEPTS, within: 'two shards that are promoted and fail apart' },
  { guard: 'promotionProven', breaks: TRUE_OUTCOME, within: 'a primary of the target that comes back empty' },
  { guard: 'closeUnlessSent', breaks: ABORT_WINS, within: 'an abort at any step' },
  { guard: 'waitOutTasks', breaks: TRUE_OUTCOME, within: 'a StartMigration that is under way when the execution ends' },
  {
    guard: 'waitAfterCatch',
    breaks: TRUE_OUTCOME,
    within: 'a StartMigration that is under way when the execution ends',
  },
  {
    guard: 'closeBeforeLook',
    breaks: NO_END_BUT_COMPLETED_IS_PROMOTED,
    within: 'a stop in a cutover',
    besides: 'waitOutTasks',
    isSecond: true,
  },
  {
    guard: 'waitBeforeRelease',
    breaks: FOREIGN_UNTOUCHED,
    within: 'a stop, two settlements, and another migration behind',
  },
  { guard: 'closeAfterSends', breaks: FOREIGN_UNTOUCHED, within: BEHIND },
  { guard: 'onlyOurs', breaks: FOREIGN_UNTOUCHED, within: 'a hand that puts another migration in the place of ours' },
  { guard: 'secondLook', breaks: ROLLBACK_LOSES_NOTHING, within: 'a rollback that is begun twice' },
  { guard: 'decideOnce', breaks: ROLLBACK_OPENS_ONE, within: 'a rollback that is begun twice' },
  { guard: 'backOutDisarms', breaks: NOTHING_UNASKED, within: FAULT },
  { guard: 'abortLooksAgain', breaks: ABORT_WINS, within: 'an abort at any step' },
  { guard: 'noCutoverBesideUnfence', breaks: ONE_ACCEPTS, within: 'an operator who unfences, and another cutover' },
  {
    guard: 'unfenceOfThis',
    breaks: TRUE_OUTCOME,
    within: 'an operator who unfences, and another cutover',
    besides: 'noCutoverBesideUnfence',
  },
  { guard: 'confirmNotEmpty', breaks: TRUE_OUTCOME, within: EMPTY },
  { guard: 'confirmWhenDone', breaks: TRUE_OUTCOME, within: EMPTY },
  { guard: 'confirmWhileAsked', breaks: CONFIRMED_AS_ASKED, within: 'an operator who confirms, and unfences instead' },
  { guard: 'confirmInLock', breaks: PROMOTED_KEEPS_FENCE, within: EMPTY, besides: 'confirmWhenDone', isSecond: true },
  { guard: 'aloneOnSource', breaks: ONE_ACCEPTS, within: 'two migrations from one source' },
];
