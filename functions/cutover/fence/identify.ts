import type { FencedNode, FenceKind } from '../../migration/fence.ts';
import { Unread } from '../../preflight/ports.ts';
import { nameOf } from './connection.ts';
import { FenceFailed } from './fence-failed.ts';
import type { Line } from './lines.ts';
import { isPassing } from './passing.ts';
import { recognise } from './recognise.ts';

/** `fenced`: the very process, or one that has read its fence from a file. `open`: another one, and nothing is to be undone. */
export type Known = Line & { is: 'fenced' | 'open' };

/**
 * Why a node can be given up. `gone`: it is away, another server, or one that lets us do nothing. `busy`: a script holds it up, or it is
 * full, which may pass. `file`: it takes writes, and refuses to write its file.
 */
export type Hindrance = 'gone' | 'busy' | 'file';
export type GivesUp = (node: FencedNode, hindrance: Hindrance) => boolean;

/** Whether there is nobody to take a fence from, and that is given up. */
export const isGivenUp = (line: Known | Error, node: FencedNode, givesUp: GivesUp): boolean =>
  line instanceof Error && givesUp(node, isPassing(line) ? 'busy' : 'gone');

/**
 * Makes sure that each node is the one that was fenced: a name, a virtual IP or an address that was given out again may lead
 * elsewhere by now. Changes nothing.
 *
 * @param nodes as the record has them now, in the order of the lines
 */
export const identify = (
  lines: readonly (Line | Error)[],
  nodes: readonly FencedNode[],
  { kind, givesUp }: { kind: FenceKind; givesUp: GivesUp },
): Promise<(Known | Error)[]> =>
  Promise.all(
    nodes.map(async (node, at): Promise<Known | Error> => {
      const line = lines[at] ?? new FenceFailed('it was never connected');
      if (line instanceof Error) return line;
      const { runId } = line;
      if (runId === undefined || node.runId === undefined || runId === node.runId) return { ...line, is: 'fenced' };
      const twin = nodes.find((other, there) => {
        const also = lines[there];
        const isBoth = !(also instanceof Error) && also?.runId === runId && !givesUp(other, 'gone');
        return there !== at && (other.runId === runId || isBoth);
      });
      const name = nameOf(node.endpoint);
      if (twin)
        return new FenceFailed(
          `${name} leads to ${nameOf(twin.endpoint)} by now, and the node that was fenced is not there`,
        );
      return resembling(line, kind, node);
    }),
  );

const resembling = async (line: Line, kind: FenceKind, node: FencedNode): Promise<Known | Error> => {
  const who = `${nameOf(node.endpoint)} is another process than the one that was fenced`;
  try {
    const is = await recognise(line.session, kind, node);
    if (is !== 'foreign') return { ...line, is };
    return new FenceFailed(
      `${who}, and users who could write then cannot write there, though not by this fence: nothing was changed there. If it is the source, give them their rules back by hand`,
    );
  } catch (error) {
    if (!(error instanceof Unread || error instanceof FenceFailed)) throw error;
    return isPassing(error)
      ? error
      : new FenceFailed(
          `${who}, and does not tell its users: ${error.message}. If it is the source, let this service see them`,
        );
  }
};
