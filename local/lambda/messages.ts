/** What the embedded Lambda and a function's process tell each other over IPC. Payloads travel as JSON text. */

export interface InvokeMessage {
  type: 'invoke';
  requestId: string;
  payload: string;
  invokedFunctionArn: string;
  /** Milliseconds since the epoch. */
  deadlineMs: number;
}

/** `host:port` as a function dials it, to `host:port` where it is led. Replaces all earlier aliases. */
export interface AliasesMessage {
  type: 'aliases';
  aliases: Record<string, string>;
}

export interface MemoryRequestMessage {
  type: 'memory';
  id: number;
}

export type MessageToWorker = InvokeMessage | AliasesMessage | MemoryRequestMessage;

/** Lambda's shape of an error that a function's caller sees. */
export interface ErrorPayload {
  errorType: string;
  errorMessage: string;
  trace?: string[];
}

export type MessageFromWorker =
  | { type: 'ready' }
  | { type: 'init-failed'; error: ErrorPayload }
  | { type: 'succeeded'; requestId: string; payload: string }
  | { type: 'failed'; requestId: string; error: ErrorPayload }
  | { type: 'memory'; id: number; heapUsedBytes: number; heapTotalBytes: number; rssBytes: number };

/** What a worker finds in its environment besides what Lambda documents. */
export const WORKER_BUNDLE_VARIABLE = 'EMBEDDED_LAMBDA_BUNDLE';
