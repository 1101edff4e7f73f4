import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { FailureRecord } from '../../../local/lambda/async-queue.ts';
import { bundleFunctions } from '../../../local/lambda/bundle.ts';
import type { InvocationResult } from '../../../local/lambda/invocation.ts';
import type { LogLine } from '../../../local/lambda/logs.ts';
import { type LambdaOptions, LambdaService } from '../../../local/lambda/service.ts';
import { SimulatedClock } from '../../../local/simulated-clock.ts';
import { fixtureModel, SOON } from '../fixture/fixture.ts';

const { functions } = fixtureModel();
let bundles: Awaited<ReturnType<typeof bundleFunctions>>;
const services: LambdaService[] = [];

const serve = (options: Partial<LambdaOptions> = {}) => {
  const service = new LambdaService({
    functions,
    bundles,
    discard: () => undefined,
    report: () => undefined,
    ...options,
  });
  services.push(service);
  return service;
};

beforeAll(async () => {
  bundles = await bundleFunctions(functions);
});
afterAll(async () => {
  await Promise.all(services.map((service) => service.close()));
  await bundles.remove();
});

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** What the fixture's functions answer. */
interface Answer {
  pid: number;
  event: unknown;
  context: { remainingMs: number };
  environment: Record<string, string>;
}

const payloadOf = (result: InvocationResult) => {
  if (!result.ok) throw new Error(`${result.error}: ${result.cause}`);
  return result.payload as Answer;
};

describe('LambdaService.invoke', () => {
  it('hands over the event and a context as on Lambda', async () => {
    const service = serve();

    const { event, context } = payloadOf(await service.invoke('fix-EchoFunction:live', { a: [1, 'é'] }));

    expect(event).toEqual({ a: [1, 'é'] });
    expect(context).toMatchObject({
      functionName: 'fix-EchoFunction',
      functionVersion: '1',
      invokedFunctionArn: 'arn:aws:lambda:us-west-2:000000000000:function:fix-EchoFunction:live',
      memoryLimitInMB: '128',
      awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(context.remainingMs).toBeGreaterThan(9_000);
    expect(context.remainingMs).toBeLessThanOrEqual(10_000);
  });

  it('gives a process an environment of its own', async () => {
    vi.stubEnv('ONLY_OF_THE_PARENT', 'x');
    const service = serve({ environment: { AWS_ENDPOINT_URL: 'http://127.0.0.1:1' } });

    const { environment, pid } = payloadOf(await service.invoke('fix-EchoFunction', {}));

    expect(environment).toMatchObject({
      AWS_REGION: 'us-west-2',
      AWS_LAMBDA_FUNCTION_NAME: 'fix-EchoFunction',
      AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '128',
      AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
      GREETING: 'hello',
      NODE_OPTIONS: '--enable-source-maps',
    });
    expect(environment.ONLY_OF_THE_PARENT).toBeUndefined();
    expect(environment.HOME).toBeUndefined();
    expect(service.pids('fix-EchoFunction')).toEqual([pid]);
  });

  it('stays warm, and starts another process beyond the limit of invocations at once', async () => {
    const service = serve({ invocationsPerProcess: 2 });
    const { pid } = payloadOf(await service.invoke('fix-FaultyFunction', {}));

    const hanging = [
      service.invoke('fix-FaultyFunction', { do: 'hang' }),
      service.invoke('fix-FaultyFunction', { do: 'hang' }),
    ];
    const other = payloadOf(await service.invoke('fix-FaultyFunction', {}));

    expect(other.pid).not.toBe(pid);
    expect(service.pids().sort()).toEqual([pid, other.pid].sort());
    service.kill('fix-FaultyFunction');
    await Promise.all(hanging);
  });

  it.each([
    ['throw', 'TroubleError', 'as told', false],
    ['throwText', 'string', 'only text', false],
    ['circular', 'Error', 'Unable to stringify response body', false],
    ['big', 'Function.ResponseSizeTooLarge', /6291456 bytes/, false],
    ['exit', 'Runtime.ExitError', /Runtime exited with error: exit status 3/, true],
    ['crash', 'Runtime.ExitError', /Runtime exited with error: exit status 1/, true],
  ])('reports what a function does wrong: %s', async (act, error, message, unhandled) => {
    const result = await serve().invoke('fix-FaultyFunction', { do: act });

    expect(result).toMatchObject({ ok: false, error, unhandled });
    const cause = JSON.parse((result as { cause: string }).cause);
    expect(cause.errorType).toBe(error);
    expect(cause.errorMessage).toMatch(message);
  });

  it("maps a stack to the source by the bundle's source map", async () => {
    const result = await serve().invoke('fix-FaultyFunction', { do: 'throw' });

    expect(JSON.parse((result as { cause: string }).cause).trace.join('\n')).toContain('faulty.ts');
  });

  it('answers undefined as null', async () => {
    expect(payloadOf(await serve().invoke('fix-FaultyFunction', { do: 'nothing' }))).toBeNull();
  });

  it('kills a process at the timeout, with everything that shares it, and goes on with a new one', async () => {
    const [echo, faulty] = functions.map((one) => ({ ...one, timeoutMs: 300 }));
    const service = serve({ functions: [echo, faulty] as typeof functions });
    const { pid } = payloadOf(await service.invoke('fix-FaultyFunction', {}));

    const first = service.invoke('fix-FaultyFunction', { do: 'hang' });
    const sharing = service.invoke('fix-FaultyFunction', { do: 'hang' });

    expect(await first).toMatchObject({ ok: false, error: 'Sandbox.Timedout', unhandled: true });
    expect(((await first) as { cause: string }).cause).toContain('Task timed out after 0.30 seconds');
    expect(['Runtime.ExitError', 'Sandbox.Timedout']).toContain(((await sharing) as { error: string }).error);
    const next = payloadOf(await service.invoke('fix-FaultyFunction', {}));
    expect(next.pid).not.toBe(pid);
    expect(isAlive(pid)).toBe(false);
  });

  it('goes on when Ctrl-C reaches its process', async () => {
    const service = serve();
    const { pid } = payloadOf(await service.invoke('fix-FaultyFunction', {}));

    service.kill('fix-FaultyFunction', 'SIGINT');

    expect(payloadOf(await service.invoke('fix-FaultyFunction', {})).pid).toBe(pid);
  });

  it('can be killed by a test', async () => {
    const service = serve();
    const { pid } = payloadOf(await service.invoke('fix-FaultyFunction', {}));
    const running = service.invoke('fix-FaultyFunction', { do: 'hang' });

    expect(service.kill('fix-FaultyFunction')).toEqual([pid]);

    expect(await running).toMatchObject({
      error: 'Runtime.ExitError',
      cause: expect.stringContaining('signal: killed'),
    });
    expect(payloadOf(await service.invoke('fix-FaultyFunction', {})).pid).not.toBe(pid);
  });

  it('finds functions by name, ARN, alias and version, and no others', async () => {
    const service = serve();

    for (const name of [
      'fix-EchoFunction',
      'fix-EchoFunction:$LATEST',
      'function:fix-EchoFunction',
      functions[0]?.arn as string,
    ]) {
      expect(await service.invoke(name, {})).toMatchObject({ ok: true, executedVersion: '$LATEST' });
    }
    expect(await service.invoke('fix-EchoFunction', {}, '1')).toMatchObject({ executedVersion: '1' });
    await expect(service.invoke('fix-EchoFunction:2', {})).rejects.toThrow('Function not found');
    await expect(service.invoke('EchoFunction', {})).rejects.toThrow('Function not found');
  });

  it('reports what its processes hold in memory', async () => {
    const service = serve();
    await service.warm(['fix-EchoFunction', 'fix-FaultyFunction']);

    const reports = await service.memory();

    expect(reports.map(({ functionName }) => functionName).sort()).toEqual(['fix-EchoFunction', 'fix-FaultyFunction']);
    expect(reports[0]?.heapUsedBytes).toBeGreaterThan(1_000_000);
  });

  it('hands what functions print to the log sink', async () => {
    const lines: LogLine[] = [];
    const service = serve({ logs: (line) => lines.push(line) });

    await service.invoke('fix-FaultyFunction', { do: 'print' });

    await expect
      .poll(() => lines, SOON)
      .toContainEqual({ functionName: 'fix-FaultyFunction', stream: 'stdout', line: 'printed' });
  });

  it('tells of a module that cannot be loaded', async () => {
    const [echo] = functions;
    const service = serve({ functions: [{ ...echo, handler: 'echo.missing' }] as typeof functions });

    expect(await service.invoke('fix-EchoFunction', {})).toMatchObject({ ok: false, error: 'Runtime.HandlerNotFound' });
  });
});

describe('host aliases', () => {
  const servers: Server[] = [];
  const listen = async (serve: (socket: Socket) => void): Promise<number> => {
    const server = createServer((socket) => serve(socket.on('error', () => undefined)));
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  };
  afterAll(() => {
    for (const server of servers) server.close();
  });

  it('lead connections elsewhere, and can change while a process runs', async () => {
    const port = await listen((socket) => socket.end('from the embedded source'));
    const service = serve({ hostAliases: { 'source.example:6379': '127.0.0.1:1' } });
    const hear = (host: string, dialled: number) =>
      service.invoke('fix-FaultyFunction', { do: 'hear', host, port: dialled });
    expect(await hear('source.example', 6379)).toMatchObject({ cause: expect.stringContaining('ECONNREFUSED') });

    service.setHostAliases({ 'Source.example:6379': `127.0.0.1:${port}` });

    expect(payloadOf(await hear('SOURCE.example', 6379))).toBe('from the embedded source');
    expect(payloadOf(await hear('127.0.0.1', port))).toBe('from the embedded source');
  });

  it('lead a Redis client', async () => {
    // As much of a server as answers a client that connects and pings.
    const port = await listen((socket) =>
      socket.on('data', (data) => {
        for (const _ of data.toString().matchAll(/\*\d+\r\n/g)) socket.write('+PONG\r\n');
      }),
    );
    const service = serve({ hostAliases: { 'test.cache.amazonaws.com:6379': `127.0.0.1:${port}` } });

    const result = await service.invoke('fix-FaultyFunction', {
      do: 'ping',
      host: 'test.cache.amazonaws.com',
      port: 6379,
    });

    expect(payloadOf(result)).toBe('PONG');
  });

  it('lead every port of an address, and a name to such an address, which is what DNS has for it', async () => {
    const port = await listen((socket) => socket.end('from the embedded source'));
    const service = serve({
      hostAliases: { '10.0.0.5:*': '127.0.0.1:*', 'Source.example:6379': `10.0.0.5:${port}` },
    });
    const hear = async (host: string, dialled: number) =>
      payloadOf(await service.invoke('fix-FaultyFunction', { do: 'hear', host, port: dialled }));
    const resolve = async (host: string) =>
      payloadOf(await service.invoke('fix-FaultyFunction', { do: 'resolve', host }));

    expect(await hear('10.0.0.5', port)).toBe('from the embedded source');
    expect(await hear('source.EXAMPLE', 6379)).toBe('from the embedded source');
    expect(await resolve('source.EXAMPLE')).toEqual([{ address: '10.0.0.5', family: 4 }]);
    expect(await resolve('10.0.0.5')).toEqual([{ address: '10.0.0.5', family: 4 }]);
  });
});

describe('LambdaService.invokeAsync', () => {
  it('tries twice more, after one and two minutes, and hands the record to the OnFailure destination', async () => {
    const clock = new SimulatedClock(Date.UTC(2026, 0, 1));
    const discarded: [string, FailureRecord][] = [];
    const service = serve({ clock, discard: (arn, record) => discarded.push([arn, record]) });
    const attempts = async (count: number) => {
      // Function processes are real: their answers take real time, which the simulated clock does not wait for.
      await expect.poll(() => clock.pending, SOON).toBe(count);
    };

    await service.invokeAsync('fix-FaultyFunction:live', { do: 'throw' });
    await clock.advance(0);
    await attempts(1);
    await clock.advance(59_999);
    expect(clock.pending).toBe(1);
    await clock.advance(1);
    await attempts(1);
    await clock.advance(120_000);
    await expect.poll(() => discarded.length, SOON).toBe(1);

    expect(discarded[0]).toEqual([
      'arn:aws:sqs:us-west-2:000000000000:fix-Refused',
      {
        version: '1.0',
        timestamp: '2026-01-01T00:03:00.000Z',
        requestContext: {
          requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
          functionArn: 'arn:aws:lambda:us-west-2:000000000000:function:fix-FaultyFunction:live',
          condition: 'RetriesExhausted',
          approximateInvokeCount: 3,
        },
        requestPayload: { do: 'throw' },
        responseContext: { statusCode: 200, executedVersion: '1', functionError: 'Unhandled' },
        responsePayload: { errorType: 'TroubleError', errorMessage: 'as told', trace: expect.any(Array) },
      },
    ]);
  });

  it('gives up on an event that would be too old', async () => {
    const discarded: FailureRecord[] = [];
    const aged = functions.map((one) => ({ ...one, asyncInvoke: { ...one.asyncInvoke, maximumEventAgeSeconds: 60 } }));
    const service = serve({
      functions: aged,
      asyncRetryDelaysMs: [61_000, 1],
      discard: (_, record) => discarded.push(record),
    });

    await service.invokeAsync('fix-FaultyFunction', { do: 'throw' });

    await expect
      .poll(() => discarded, SOON)
      .toMatchObject([{ requestContext: { condition: 'EventAgeExceeded', approximateInvokeCount: 1 } }]);
  });

  it('refuses an unknown function and more than 1 MB', async () => {
    const service = serve();

    await expect(service.invokeAsync('nobody', {})).rejects.toThrow('Function not found: nobody');
    await expect(service.invokeAsync('fix-FaultyFunction', 'x'.repeat(1024 * 1024))).rejects.toThrow(
      'smaller than 1048576',
    );
  });
});

describe('LambdaService.close', () => {
  it('leaves no process behind, and ends what was running', async () => {
    const service = serve();
    const { pid } = payloadOf(await service.invoke('fix-FaultyFunction', {}));
    const running = service.invoke('fix-FaultyFunction', { do: 'hang' });

    await service.close();

    expect(isAlive(pid)).toBe(false);
    expect(await running).toMatchObject({ ok: false, error: 'Runtime.ExitError' });
  });
});
