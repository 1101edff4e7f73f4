import type { Link } from './links.ts';
import { Connection } from './resp.ts';

/** Connections to every server of some links, opened before anything is measured. */
export interface Lines {
  sources: Connection[];
  /** By link: every node of the target. */
  nodes: Connection[][];
  close(): void;
}

export const openLines = async (links: readonly Link[]): Promise<Lines> => {
  const sources = await Promise.all(links.map(({ source }) => Connection.open(source.port)));
  const nodes = await Promise.all(
    links.map(({ target, targetReplicas }) =>
      Promise.all([target, ...targetReplicas].map(({ port }) => Connection.open(port))),
    ),
  );
  return { sources, nodes, close: () => [...sources, ...nodes.flat()].forEach((line) => void line.close()) };
};

/**
 * The least that a drain can be: the writes of every source are paused, and every node of the target reaches the offset
 * that its source has then. The sources stay paused.
 *
 * @returns how long it took
 */
export const bareDrain = async ({ sources, nodes }: Lines, pauseMs: number): Promise<number> => {
  const startMs = performance.now();
  await Promise.all(
    sources.map(async (source, link) => {
      await source.ask('CLIENT', 'PAUSE', pauseMs, 'WRITE');
      const offset = offsetIn(await source.ask<string>('INFO', 'replication'), 'master_repl_offset');
      await Promise.all((nodes[link] as Connection[]).map((node) => reaches(node, offset)));
    }),
  );
  return performance.now() - startMs;
};

export const unpause = async ({ sources }: Lines): Promise<void> => {
  await Promise.all(sources.map((source) => source.ask('CLIENT', 'UNPAUSE')));
};

const reaches = async (node: Connection, offset: number): Promise<void> => {
  while (offsetIn(await node.ask<string>('INFO', 'replication'), 'slave_repl_offset') < offset);
};

const offsetIn = (info: string, field: string): number => Number(new RegExp(`^${field}:(\\d+)`, 'm').exec(info)?.[1]);
