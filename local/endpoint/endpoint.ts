import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { BodyTooLargeError, readBody } from './body.ts';
import { type Listener, listen } from './listen.ts';
import { callerOf, describeUnknown, type RoutedCall, routeCall, type ServiceName } from './router.ts';
import { jsonError, type WireRequest, type WireResponse, type WireService } from './wire.ts';

/** A call as a fault policy sees it; `nth` counts the calls of this operation since the boot, from 1. */
export interface Call extends RoutedCall {
  nth: number;
  /** The access key that signed it: for a function of the template its name. */
  caller: string | undefined;
  /** The port that the call came from: of one process, where a function has several. */
  callerPort: number | undefined;
  body: Buffer;
}

/**
 * A fault to inject: `fail` answers 500 and has no effect; `loseAnswer` lets the call take effect and then breaks the
 * connection; `lose` breaks it before anything happens. Stock SDK clients retry after each. A call waits for a verdict that
 * takes its time.
 */
export type FaultPolicy = (call: Call) => Fault | Promise<Fault>;

export type Fault = 'none' | 'fail' | 'loseAnswer' | 'lose';

export interface Endpoint extends Listener {
  /** From now on these services answer. Until then every call is told that the embedded AWS is still starting. */
  serve(services: Record<ServiceName, WireService>): void;
  setFaultPolicy(policy: FaultPolicy): void;
}

export interface EndpointOptions {
  port: number;
  faults?: FaultPolicy;
  /** Failures of the embedded AWS itself; the client sees an InternalFailure. */
  report(error: unknown): void;
}

/** The largest that any of the services takes: an item batch of DynamoDB. */
const LARGEST_BODY_BYTES = 16 * 1024 * 1024;

const xmlError = (status: number, code: string, message: string): WireResponse => {
  const requestId = randomUUID();
  const text = message.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return {
    status,
    headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId },
    body: `<ErrorResponse><Error><Type>${status < 500 ? 'Sender' : 'Receiver'}</Type><Code>${code}</Code><Message>${text}</Message></Error><RequestId>${requestId}</RequestId></ErrorResponse>`,
  };
};

/** An error in the words of the protocol that the client speaks. */
const refuse = ({ headers }: WireRequest, status: number, code: string, message: string): WireResponse =>
  headers['content-type']?.startsWith('application/x-www-form-urlencoded')
    ? xmlError(status, code, message)
    : jsonError(code, message, headers['content-type'] === 'application/x-amz-json-1.1' ? '1.1' : '1.0', status);

const wireRequest = async (request: IncomingMessage): Promise<WireRequest> => ({
  method: request.method as string,
  path: request.url as string,
  headers: Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)])),
  body: await readBody(request, LARGEST_BODY_BYTES),
});

const write = (response: ServerResponse, { status, headers, body }: WireResponse): void => {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(body);
};

/**
 * The one AWS endpoint: which service a request is for is told by its protocol.
 * @throws PortTakenError
 */
export const startEndpoint = async (options: EndpointOptions): Promise<Endpoint> => {
  let services: Record<ServiceName, WireService> | undefined;
  let policy: FaultPolicy = options.faults ?? (() => 'none');
  const calls = new Map<string, number>();

  const count = (key: string): number => {
    const nth = (calls.get(key) ?? 0) + 1;
    calls.set(key, nth);
    return nth;
  };

  /** @returns undefined when the answer is to be lost */
  const answerTo = async (request: WireRequest, callerPort?: number): Promise<WireResponse | undefined> => {
    const routed = routeCall(request);
    if (!routed) return refuse(request, 400, 'UnknownOperationException', describeUnknown(request));
    if (!services) return refuse(request, 503, 'ServiceUnavailable', 'The embedded AWS is starting or ending');
    const nth = count(`${routed.service}:${routed.operation}`);
    const verdict = await policy({ ...routed, nth, caller: callerOf(request), callerPort, body: request.body });
    if (verdict === 'lose') return undefined;
    if (verdict === 'fail') return refuse(request, 500, 'InternalFailure', 'Injected fault');
    let isLost = verdict === 'loseAnswer';
    try {
      const answer = await services[routed.service](request, {
        loseAnswer: () => {
          isLost = true;
        },
      });
      return isLost ? undefined : answer;
    } catch (error) {
      options.report(error);
      return refuse(request, 500, 'InternalFailure', error instanceof Error ? error.message : String(error));
    }
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      // Whoever hung up meanwhile had one, too.
      const { remotePort } = request.socket;
      const answer = await answerTo(await wireRequest(request), remotePort);
      if (answer) write(response, answer);
      else request.socket.destroy();
    } catch (error) {
      if (error instanceof BodyTooLargeError)
        return write(response, jsonError('RequestEntityTooLargeException', error.message, '1.0', 413));
      // A client that went away while it was still sending has nobody left to read an answer.
      if (!request.complete) response.destroy();
      else throw error;
    }
  };

  const listener = await listen(options.port, 'AWS_PORT', (request, response) => {
    handle(request, response).catch(options.report);
  });
  return {
    ...listener,
    serve: (given) => {
      services = given;
    },
    setFaultPolicy: (given) => {
      policy = given;
    },
  };
};
