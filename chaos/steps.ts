/** One call of a function to what it depends on, before it takes effect. */
export interface Moment {
  to: 'dynamodb' | 'elasticache' | 'redis';
  /** The API's operation, or the command in capitals with its subcommand. */
  what: string;
  /** The whole of it. */
  text: string;
  /** Of the function's process. */
  fromPort: number;
}

export interface Step {
  id: string;
  /** What is about to happen, for the table. */
  what: string;
  /** Nothing counts as this step before that one was seen. */
  after?: string;
  /** Of a settlement's step: where the execution is stopped, so that there is a settlement. */
  stopAt?: 'kill' | 'watch';
  matches(moment: Moment): boolean;
}

const onItem =
  (kind: 'LOCK' | 'FENCE' | 'MIGRATION' | 'CERTIFICATE', ...words: string[]) =>
  ({ to, what, text }: Moment): boolean =>
    to === 'dynamodb' &&
    /^(Put|Update)Item$/.test(what) &&
    text.includes(`"${kind}#`) &&
    words.every((word) => text.includes(word));
const redis =
  (pattern: RegExp) =>
  ({ to, what, text }: Moment): boolean =>
    to === 'redis' && (pattern.test(what) || pattern.test(text));
const elasticache =
  (pattern: RegExp, forced?: boolean) =>
  ({ to, what, text }: Moment): boolean =>
    to === 'elasticache' && pattern.test(what) && (forced === undefined || text.includes('Force=true') === forced);

const FENCING = /^(ACL SETUSER|CONFIG SET min-replicas)/i;
const PERSISTING = /^(ACL SAVE|CONFIG REWRITE)/;

/** CompleteMigration, without Force. */
export const isSend = elasticache(/^CompleteMigration$/, false);

/** In the order in which a cutover goes through them. */
export const CUTOVER_STEPS: readonly Step[] = [
  { id: 'arm', what: 'the try is noted in the lock', matches: onItem('LOCK', 'SET attempt') },
  { id: 'open', what: 'the fence record is opened', after: 'arm', matches: onItem('FENCE') },
  { id: 'pause', what: 'the writes are paused', after: 'open', matches: redis(/^CLIENT PAUSE/) },
  { id: 'fence', what: 'the first durable fence is set', after: 'pause', matches: redis(FENCING) },
  { id: 'persist', what: 'the fence is made to outlive a restart', after: 'fence', matches: redis(PERSISTING) },
  { id: 'kill', what: 'the clients are killed', after: 'fence', matches: redis(/^CLIENT KILL/) },
  { id: 'seal', what: 'the fence record is sealed', after: 'kill', matches: onItem('FENCE', '"sealed"') },
  { id: 'intend', what: 'the intent is noted', after: 'seal', matches: onItem('LOCK', 'SET intents.#complete') },
  {
    id: 'send',
    what: 'CompleteMigration is sent',
    after: 'intend',
    matches: isSend,
  },
  { id: 'sent', what: 'the pause is ended', after: 'send', matches: redis(/^CLIENT UNPAUSE/) },
  { id: 'watch', what: 'the promotion is looked for', after: 'send', matches: elasticache(/^Describe/) },
  { id: 'certify', what: 'the certificate is stored', after: 'send', matches: onItem('CERTIFICATE') },
  { id: 'close', what: 'the migration is closed', after: 'certify', matches: onItem('MIGRATION', 'completed') },
];

/** In the order in which the settlement of an execution that was stopped amid its cutover goes through them. */
const UNDOING: readonly Step[] = [
  { id: 'closeLock', what: 'the lock is closed', after: 'arm', matches: onItem('LOCK', 'closed = :') },
  { id: 'takeOver', what: 'the fence is taken over', after: 'arm', matches: onItem('FENCE', 'fence.phase = :lifting') },
  { id: 'restore', what: 'the old rules are restored', after: 'takeOver', matches: redis(FENCING) },
  { id: 'unpersist', what: 'they are made to outlive a restart', after: 'restore', matches: redis(PERSISTING) },
  {
    id: 'lifted',
    what: 'the fence record says lifted',
    after: 'restore',
    matches: onItem('FENCE', 'REMOVE unsettledMark'),
  },
  { id: 'stopNoted', what: 'the stop is noted', after: 'closeLock', matches: onItem('LOCK', 'SET intents.#stop') },
  { id: 'stop', what: 'Force is sent', after: 'stopNoted', matches: elasticache(/^CompleteMigration$/, true) },
  { id: 'outcome', what: 'the outcome is written', after: 'closeLock', matches: onItem('MIGRATION', 'outcome') },
  { id: 'release', what: 'the lock is given back', after: 'closeLock', matches: onItem('LOCK', 'REMOVE #owner') },
];

/** The same for one that was stopped when CompleteMigration was sent. */
const WATCHING: readonly Step[] = [
  {
    id: 'heldWatch',
    what: 'settlement looks for the promotion',
    after: 'closeLock',
    matches: elasticache(/^Describe/),
  },
  { id: 'heldCertify', what: 'settlement stores the certificate', after: 'heldWatch', matches: onItem('CERTIFICATE') },
  {
    id: 'heldOutcome',
    what: 'settlement writes the outcome',
    after: 'heldWatch',
    matches: onItem('MIGRATION', 'outcome'),
  },
  {
    id: 'heldRelease',
    what: 'settlement gives the lock back',
    after: 'heldWatch',
    matches: onItem('LOCK', 'REMOVE #owner'),
  },
];

export const SETTLEMENT_STEPS: readonly Step[] = [
  ...UNDOING.map((step): Step => ({ ...step, stopAt: 'kill' })),
  ...WATCHING.map((step): Step => ({ ...step, stopAt: 'watch' })),
];

export const STEPS: readonly Step[] = [...CUTOVER_STEPS, ...SETTLEMENT_STEPS];
