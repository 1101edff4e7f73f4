import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FakeRequest {
  headers: Record<string, string>;
  body: Buffer;
}

export interface FakeAnswer {
  status: number;
  headers?: Record<string, string>;
  body: string | Buffer;
}

export interface FakeAws {
  url: string;
  /** The next answer is lost after its effect: the client meets a broken connection. */
  loseNextAnswer(): void;
  close(): Promise<void>;
}

interface Service {
  answer(request: FakeRequest): Promise<FakeAnswer>;
  losing: boolean;
}

/** Clients read the environment when their module is loaded, and files of one process share what is loaded: it keeps its port. */
let server: Server | undefined;
let service: Service | undefined;

const listening = async (): Promise<Server> => {
  const started = createServer(async (incoming, outgoing) => {
    const body = await bodyOf(incoming);
    const asked = service;
    if (asked === undefined) return void incoming.socket.destroy();
    const lost = asked.losing;
    asked.losing = false;
    const {
      status,
      headers,
      body: text,
    } = await asked.answer({
      headers: incoming.headers as Record<string, string>,
      body,
    });
    if (lost) incoming.socket.destroy();
    else outgoing.writeHead(status, { 'x-amzn-requestid': 'r', ...headers }).end(text);
  });
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
  return started.unref();
};

/** One AWS service at the port of this process, and the environment that leads the stock clients to it. One at a time. */
export const serveAws = async (answer: Service['answer']): Promise<FakeAws> => {
  if (service !== undefined) throw new Error('another service of this process has not been closed');
  server ??= await listening();
  const own: Service = { answer, losing: false };
  service = own;
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: url,
    AWS_REGION: 'us-west-2',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  });
  return {
    url,
    loseNextAnswer: () => {
      own.losing = true;
    },
    async close() {
      service = undefined;
      server?.closeAllConnections();
    },
  };
};

const bodyOf = async (incoming: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};
