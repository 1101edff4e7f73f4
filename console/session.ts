/** What the page has to know, at `/console/session`. */
export interface ConsoleSession {
  target: ConsoleTarget;
  /** Of the API. A page sends the one that it was opened for in the header `x-console-target`. No secret. */
  targetId: string;
  /** Goes with every request that changes something, in the header `x-console-token`. New with every process. */
  requestToken: string;
  /** Of this process and its caller of the moment; on every answer of the API that it passes on, as `x-console-id`. No secret. */
  consoleId: string;
}

/** What the console is about. Without permission to ask who one is, there is no identity. */
export interface ConsoleTarget {
  /** `endpoint`: an API that was named by its URL. */
  kind: 'embedded' | 'endpoint' | 'stack';
  stack?: string;
  region?: string;
  apiUrl: string;
  accountId?: string;
  /** Of the caller. */
  arn?: string;
  /** Of the caller, where the stack takes tokens: what the token says now, which API Gateway judges. */
  subject?: string;
  issuer?: string;
}
