import { readdir, readFile, readlink } from 'node:fs/promises';

/**
 * Which of these processes has a TCP connection from this port of 127.0.0.1. Linux tells it under /proc; elsewhere it is
 * not known.
 */
export const processOnPort = async (pids: readonly number[], port: number): Promise<number | undefined> => {
  const table = await readFile('/proc/net/tcp', 'utf8').catch(() => '');
  const local = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  // A port may be in use towards several others; a connection that has ended has the inode 0.
  const sockets = table
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, address, , , , , , , , inode]) => address === local && inode !== '0')
    .map((fields) => `socket:[${fields[9]}]`);
  for (const pid of pids) {
    const files = await readdir(`/proc/${pid}/fd`).catch(() => []);
    const links = await Promise.all(files.map((file) => readlink(`/proc/${pid}/fd/${file}`).catch(() => '')));
    if (links.some((link) => sockets.includes(link))) return pid;
  }
  return undefined;
};
