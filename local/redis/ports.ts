import { createServer } from 'node:net';

/*
 * Below the ports that systems give to outgoing connections (from 32768 on Linux, 49152 on macOS), so that no client takes
 * one in between; and low enough for a cluster bus, which listens 10000 higher.
 */
const LOWEST = 10_240;
const HIGHEST = 32_767;

const reserved = new Set<number>();

/**
 * A port on 127.0.0.1 that nobody listens on and that this process gives to nobody else until it is released.
 * Another process may still take it first: who listens on it has to be ready to come back for another one.
 */
export const reservePort = async (): Promise<{ port: number; release(): void }> => {
  for (;;) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST + 1));
    if (reserved.has(port)) continue;
    reserved.add(port);
    if (await isFree(port)) return { port, release: () => reserved.delete(port) };
    reserved.delete(port);
  }
};

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (failure: NodeJS.ErrnoException) =>
      failure.code === 'EADDRINUSE' || failure.code === 'EACCES' ? resolve(false) : reject(failure),
    );
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
