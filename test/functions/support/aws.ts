import { createServer, type IncomingMessage } from 'node:http';
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

/** One AWS service on a free port, and the environment that leads the stock clients to it. */
export const serveAws = async (answer: (request: FakeRequest) => Promise<FakeAnswer>): Promise<FakeAws> => {
  let losing = false;
  const server = createServer(async (incoming, outgoing) => {
    const body = await bodyOf(incoming);
    const lost = losing;
    losing = false;
    const { status, headers, body: text } = await answer({ headers: incoming.headers as Record<string, string>, body });
    if (lost) incoming.socket.destroy();
    else outgoing.writeHead(status, { 'x-amzn-requestid': 'r', ...headers }).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
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
      losing = true;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

const bodyOf = async (incoming: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
};
