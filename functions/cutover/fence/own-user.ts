import { parseUser } from '../../preflight/acl-user.ts';
import { bytesIn } from '../../preflight/gather/replies.ts';
import { Refused } from '../../preflight/ports.ts';
import type { SourceNode } from '../source-nodes.ts';
import { BackOut } from './back-out.ts';
import { nameOf } from './connection.ts';

/**
 * A fence clears every user's selectors. A user that may set rules by a selector alone could fence, and never lift it again:
 * that holds for connections which are open already, too (measured on 7.0).
 *
 * @param users as they are before the fence, as ACL LIST tells them
 * @throws BackOut when this service acts as such a user, or cannot tell that it does not; SessionLost
 */
export const unlessLockedOut = async (
  { session, endpoint }: Pick<SourceNode, 'session' | 'endpoint'>,
  users: readonly string[],
): Promise<void> => {
  const selected = users.map(parseUser).filter(({ selectors }) => selectors.length > 0);
  if (selected.length === 0) return;
  const [reply = null] = await session.askAll([['ACL', 'WHOAMI']]);
  // Names are bytes, each a character here.
  const own = reply instanceof Refused ? undefined : bytesIn(reply, 'ACL WHOAMI').toString('latin1');
  if (own !== undefined && selected.every(({ name }) => name !== own)) return;
  throw new BackOut(
    'source-not-fenceable',
    `the user that this service is on ${nameOf(endpoint)} ${own === undefined ? 'may have' : 'has'} selectors, which a fence takes from it: it could not be lifted. Give it its commands by rules of its own`,
  );
};
