/** What keeps the protocol safe, one sentence each. A model without one of them must show what it is there for. */
export const GUARDS = {
  freshIntentFirst: 'the intent is noted in the lock before CompleteMigration is sent',
  durableFence: 'a durable fence stands before CompleteMigration is sent',
  persistedFence: 'the fence outlives a restart of the source',
  everySourceNode: "the source's replicas are fenced, too",
  killClients: 'clients that could write late are killed under the fence',
  rereadOffset: 'the offset is read again under the durable fence',
  everyTargetNode: 'every node of the target has applied it, not only the primary',
  exclusiveOpen: 'a fence is opened only where none stands',
  beforeUnderRecord: 'the old rules are read after the record was opened, and noted in it before anything is touched',
  attemptAtIntend: 'the intent is noted only by the attempt that is armed',
  disarmBeforeLift: 'an attempt is disarmed before its fence is lifted',
  takeOverAsFound: 'a fence is taken over only from the attempt that was found before the disarming',
  liftNeverSealed: 'an open fence is lifted whatever was sent under an earlier one',
  takeOverAsJudged: 'then it is taken over only as long as it is open',
  killOldConnections: 'whoever takes a fence over kills the connections of those before',
  connectBeforeProof: 'a lifter connects before it proves that the fence is its own',
  liftSealed: 'a sealed fence without an intent is lifted like an open one',
  markKept: 'a lifter that hears that it was sent leaves the fence to be found again',
  keepSealedOfReleased: 'a sealed fence is kept when the lock was given back',
  sendsCounted: 'each sending is noted before, and a refusal proves something only of the one call that was sent',
  withdrawAsJudged: 'the intent that is withdrawn is the one that was judged',
  evidenceOfEveryCall: 'a failure is evidence only when one call was sent',
  evidenceOfEveryShard: 'a failure is evidence only where there is one shard',
  promotionProven: "a promotion is proven by the source's history, not by the role alone",
  closeUnlessSent: 'an abort closes the lock and sees that nothing was sent in one write',
  closeBeforeLook: 'settlement closes the lock before it looks at what was sent',
  closeAfterSends: 'a migration whose call was sent twice is closed when no task can send it any more',
  waitOutTasks: 'settlement waits until no task of the execution can run',
  waitAfterCatch: 'it also waits when the execution told of its end itself',
  waitBeforeRelease: 'the lock is given back when no other settlement can still send Force',
  onlyOurs: 'only a migration that follows our source is stopped',
  backOutDisarms: 'who backs out forgets the request, then disarms, and what was forgotten is not sealed',
  abortLooksAgain: 'an abort that finds the lock given back looks how the migration has ended',
  noCutoverBesideUnfence: 'no fence is sealed where an operator has asked to unfence',
  unfenceOfThis: 'that it was unfenced ends a watch only while the fence is lifted',
  confirmInLock:
    'a confirmation is noted in the lock, where a refusal that is judged meanwhile would withdraw the intent',
  confirmWhenDone: 'a promotion is confirmed only when ElastiCache is done with the group',
  confirmWhileAsked: 'a confirmation that hangs records nothing once an unfence has taken its place',
  confirmNotEmpty: 'an empty target is not confirmed while the source has data',
  aloneOnSource: 'no fence is set beside the one of another migration from the same source',
  secondLook: 'a rollback looks again, under the pause, for writes to the target',
  decideOnce: 'a rollback takes its pause back only after the decision to stay, which is made once',
} as const;

export type Guard = keyof typeof GUARDS;
export type Guards = Record<Guard, boolean>;

export const without = (...missing: Guard[]): Guards =>
  Object.fromEntries(Object.keys(GUARDS).map((guard) => [guard, !missing.includes(guard as Guard)])) as Guards;
