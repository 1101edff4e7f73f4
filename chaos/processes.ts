import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/**
 * Which of these processes has a TCP connection from this port of 127.0.0.1. Linux tells it under /proc; elsewhere it is
 * not known. Reads at once, some milliseconds long: whoever is looked for is about to hang up.
 */
export const processOnPort = (pids: readonly number[], port: number): number | undefined => {
  const table = orEmpty(() => readFileSync('/proc/net/tcp', 'utf8'));
  const local = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  // A port may be in use towards several others; a connection that has ended has the inode 0.
  const sockets = table
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, address, , , , , , , , inode]) => address === local && inode !== '0')
    .map((fields) => `socket:[${fields[9]}]`);
  const filesOf = (pid: number) => {
    try {
      return readdirSync(`/proc/${pid}/fd`);
    } catch {
      return [];
    }
  };
  return pids.find((pid) =>
    filesOf(pid).some((file) => sockets.includes(orEmpty(() => readlinkSync(`/proc/${pid}/fd/${file}`)))),
  );
};

/** A process and its files may go at any time. */
const orEmpty = (read: () => string): string => {
  try {
    return read();
  } catch {
    return '';
  }
};
