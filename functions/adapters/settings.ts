import { number, readEnvironment } from './environment.ts';

const watching = { POLL_MILLISECONDS: number, DESCRIBE_SECONDS: number, WATCH_SECONDS: number };

const MEGABYTE = 1_000_000;

/** @throws EnvironmentError */
export const preflightSettings = () => {
  const env = readEnvironment({ WRITE_SAMPLE_MILLISECONDS: number, COPY_MEGABYTES_PER_SECOND: number });
  return {
    sampleMs: env.WRITE_SAMPLE_MILLISECONDS,
    copyBytesPerSecond: env.COPY_MEGABYTES_PER_SECOND * MEGABYTE,
  };
};

/** @throws EnvironmentError */
export const testSettings = () => {
  const env = readEnvironment({
    TEST_VERDICT_SECONDS: number,
    EVENT_GRACE_SECONDS: number,
    DESCRIBE_SECONDS: number,
    POLL_MILLISECONDS: number,
  });
  return {
    verdictSeconds: env.TEST_VERDICT_SECONDS,
    eventGraceSeconds: env.EVENT_GRACE_SECONDS,
    describeMs: Math.max(env.DESCRIBE_SECONDS * 1000, env.POLL_MILLISECONDS),
  };
};

/** @throws EnvironmentError */
export const turnSettings = () => ({
  startsPerMinute: readEnvironment({ STARTS_PER_MINUTE: number }).STARTS_PER_MINUTE,
});

/** @throws EnvironmentError */
export const watchSettings = () => {
  const env = readEnvironment({
    ...watching,
    LINK_LOST_AFTER_SECONDS: number,
    EVENT_GRACE_SECONDS: number,
    WATCHERS_AT_ONCE: number,
  });
  return {
    ...watchingSettings(env),
    watchersAtOnce: env.WATCHERS_AT_ONCE,
    linkLostAfterSeconds: env.LINK_LOST_AFTER_SECONDS,
    eventGraceSeconds: env.EVENT_GRACE_SECONDS,
  };
};

/** How CloudWatch's datapoints are judged. @throws EnvironmentError */
export const healthSettings = () => {
  const env = readEnvironment({ LINK_METRIC_PERIOD_SECONDS: number, LINK_METRIC_DATAPOINTS: number });
  return { periodSeconds: env.LINK_METRIC_PERIOD_SECONDS, neededInSync: env.LINK_METRIC_DATAPOINTS };
};

/** @throws EnvironmentError */
export const verifySettings = () => {
  const env = readEnvironment({
    POLL_MILLISECONDS: number,
    DESCRIBE_SECONDS: number,
    VERIFY_SECONDS: number,
    LINK_LOST_AFTER_SECONDS: number,
    EVENT_GRACE_SECONDS: number,
  });
  return {
    pollMs: env.POLL_MILLISECONDS,
    describeMs: env.DESCRIBE_SECONDS * 1000,
    verifySeconds: env.VERIFY_SECONDS,
    linkLostAfterSeconds: env.LINK_LOST_AFTER_SECONDS,
    eventGraceSeconds: env.EVENT_GRACE_SECONDS,
  };
};

/** @throws EnvironmentError */
export const promotionSettings = () => {
  const env = readEnvironment({ ...watching, PROMOTION_BUDGET_SECONDS: number, EVENT_GRACE_SECONDS: number });
  return {
    ...watchingSettings(env),
    promotionBudgetSeconds: env.PROMOTION_BUDGET_SECONDS,
    stragglerMs: 5 * env.POLL_MILLISECONDS,
    rollbackMs: 30 * env.POLL_MILLISECONDS,
    staleSeconds: Math.min(env.EVENT_GRACE_SECONDS, LARGEST_STALENESS_SECONDS),
  };
};

/** What comes before and after the drain takes so much of a cutover's time at the most, each. */
const BESIDE_DRAIN_SHARE = 0.2;
/** Nobody is frozen before it. */
const LONGEST_BEFORE_DRAIN_MS = 20_000;
const LONGEST_AFTER_DRAIN_MS = 5000;

/** @throws EnvironmentError */
export const cutOverSettings = () => {
  const env = readEnvironment({ POLL_MILLISECONDS: number, ACTING_TASK_SECONDS: number });
  const besideMs = env.ACTING_TASK_SECONDS * 1000 * BESIDE_DRAIN_SHARE;
  return {
    pollMs: env.POLL_MILLISECONDS,
    actingTaskSeconds: env.ACTING_TASK_SECONDS,
    preparingMs: Math.min(besideMs, LONGEST_BEFORE_DRAIN_MS),
    sealingMs: Math.min(besideMs, LONGEST_AFTER_DRAIN_MS),
  };
};

/** A description of a group has been seen to lag by seconds; this is well beyond. */
const LARGEST_STALENESS_SECONDS = 15;
/** What was seen of a replication so long ago still says whose it is. */
const KNOWN_SECONDS = 300;

/** So much of its time a task waits; the rest is for the call under way. */
const WAITING_SHARE = 0.75;

/** @throws EnvironmentError */
export const stopSettings = () => {
  const env = readEnvironment({
    DESCRIBE_SECONDS: number,
    POLL_MILLISECONDS: number,
    ACTING_TASK_SECONDS: number,
    EVENT_GRACE_SECONDS: number,
  });
  return {
    describeMs: Math.max(env.DESCRIBE_SECONDS * 1000, env.POLL_MILLISECONDS),
    waitSeconds: env.ACTING_TASK_SECONDS * WAITING_SHARE,
    startGraceSeconds: env.EVENT_GRACE_SECONDS,
    knownSeconds: KNOWN_SECONDS,
  };
};

/** @throws EnvironmentError */
export const settleSettings = () => ({
  actingTaskSeconds: readEnvironment({ ACTING_TASK_SECONDS: number }).ACTING_TASK_SECONDS,
});

const watchingSettings = (env: { POLL_MILLISECONDS: number; DESCRIBE_SECONDS: number; WATCH_SECONDS: number }) => ({
  pollMs: env.POLL_MILLISECONDS,
  describeMs: env.DESCRIBE_SECONDS * 1000,
  watchSeconds: env.WATCH_SECONDS,
});
