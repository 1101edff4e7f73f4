/**
 * What a script gets to know. docs/cli.md has them. Node ends with 1 when it crashes, which here is a word about a migration:
 * so nothing that goes wrong inside of the command itself may end with it.
 */
export const EXIT = {
  /** What was asked for is done; what was watched has come to its good end. */
  done: 0,
  /** The migration failed or timed out, a real run would fail, data differ, a certificate is bad. */
  failed: 1,
  /** It was asked for wrongly. Nothing was sent, or the API took nothing. */
  usage: 2,
  /** The API, IAM or the operator said no. Nothing was changed. */
  refused: 3,
  /** No answer that can be believed. What was sent may have taken effect. */
  unknown: 4,
  /** The migration was aborted by somebody. */
  aborted: 5,
} as const;

/** As shells report a process that a signal has ended. */
export const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** Whoever reads has read enough, as `head` has: 128 and SIGPIPE, as a shell reports git, kubectl and each tool that the signal ends. */
export const BROKEN_PIPE = 141;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT] | (typeof SIGNALS)[keyof typeof SIGNALS];
