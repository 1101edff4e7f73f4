/**
 * The process of one function: what the runtime interface client is on AWS. It is forked by the embedded Lambda, which
 * is its only parent and talks to it over IPC.
 */
import { enableCompileCache, flushCompileCache } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { addressOf, destination } from '../aliases.ts';
import { leadConnections, leadLookups } from './host-aliases.ts';
import {
  type ErrorPayload,
  type InvokeMessage,
  type MessageFromWorker,
  type MessageToWorker,
  WORKER_BUNDLE_VARIABLE,
} from './messages.ts';

type Handler = (event: unknown, context: unknown) => unknown;

const environment = process.env;
let aliases: Record<string, string> = {};

const tell = (message: MessageFromWorker): void => {
  process.send?.(message);
};

/** As the Node.js runtime reports a thrown value. */
const describeError = (thrown: unknown): ErrorPayload =>
  thrown instanceof Error
    ? { errorType: thrown.name, errorMessage: thrown.message, trace: (thrown.stack ?? '').split('\n') }
    : { errorType: typeof thrown, errorMessage: String(thrown), trace: [] };

const loadHandler = async (): Promise<Handler> => {
  const bundle = environment[WORKER_BUNDLE_VARIABLE] as string;
  delete environment[WORKER_BUNDLE_VARIABLE];
  const exportName = (environment._HANDLER ?? '').split('.').at(-1) as string;
  const module = (await import(pathToFileURL(bundle).href)) as Record<string, unknown>;
  const handler = module[exportName];
  if (typeof handler === 'function') return handler as Handler;
  const missing = new Error(`${environment._HANDLER} is undefined or not exported`);
  missing.name = 'Runtime.HandlerNotFound';
  throw missing;
};

const contextOf = ({ requestId, invokedFunctionArn, deadlineMs }: InvokeMessage) => ({
  callbackWaitsForEmptyEventLoop: true,
  awsRequestId: requestId,
  invokedFunctionArn,
  functionName: environment.AWS_LAMBDA_FUNCTION_NAME,
  functionVersion: environment.AWS_LAMBDA_FUNCTION_VERSION,
  memoryLimitInMB: environment.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
  logGroupName: environment.AWS_LAMBDA_LOG_GROUP_NAME,
  logStreamName: environment.AWS_LAMBDA_LOG_STREAM_NAME,
  getRemainingTimeInMillis: () => Math.max(0, deadlineMs - Date.now()),
});

/** `undefined` is answered as null. */
const serialize = (answer: unknown): string => {
  try {
    return JSON.stringify(answer === undefined ? null : answer) ?? 'null';
  } catch (error) {
    throw new Error('Unable to stringify response body', { cause: error });
  }
};

const invoke = async (handler: Handler, message: InvokeMessage): Promise<void> => {
  const { requestId } = message;
  try {
    const answer = await handler(JSON.parse(message.payload), contextOf(message));
    tell({ type: 'succeeded', requestId, payload: serialize(answer) });
  } catch (error) {
    tell({ type: 'failed', requestId, error: describeError(error) });
  }
};

// Nobody is left to answer to, and an orphan must not go on acting on the world.
process.on('disconnect', () => process.exit(0));
// Ctrl-C reaches the whole process group; when a function ends is for the embedded Lambda to say.
process.on('SIGINT', () => undefined);
leadConnections((dialled) => destination(dialled, (name) => aliases[name]));
leadLookups((host) => [addressOf(host, aliases) ?? []].flat());

// An import of node:http reads all that it exports, and so loads a WebSocket client, a fifth of what a start costs (30 ms of
// processor time, Node 24.21). Functions import it to meet this endpoint in clear; by HTTPS, as on AWS, they do not.
for (const name of ['WebSocket', 'CloseEvent', 'MessageEvent'])
  Object.defineProperty(process.getBuiltinModule('node:http'), name, { value: undefined });

// Compiling its bundle is much of what the start of a function costs, and the bundle is the same for every process of it.
enableCompileCache(fileURLToPath(new URL('./compiled', import.meta.url)));
try {
  const handler = await loadHandler();
  // At exit would be too late: most of these processes are killed.
  flushCompileCache();
  process.on('message', (message: MessageToWorker) => {
    if (message.type === 'invoke') void invoke(handler, message);
    else if (message.type === 'aliases') aliases = message.aliases;
    else {
      const { heapUsed, heapTotal, rss } = process.memoryUsage();
      tell({ type: 'memory', id: message.id, heapUsedBytes: heapUsed, heapTotalBytes: heapTotal, rssBytes: rss });
    }
  });
  tell({ type: 'ready' });
} catch (error) {
  process.send?.({ type: 'init-failed', error: describeError(error) } satisfies MessageFromWorker, () =>
    process.exit(1),
  );
}
