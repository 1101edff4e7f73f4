import { type Command, Refused, type Reply, type Session } from '../../preflight/ports.ts';
import { FenceFailed } from './fence-failed.ts';

/** Sends all at once, since the application's writes are frozen meanwhile. @throws FenceFailed one of them was refused; SessionLost */
export const carryOut = async (session: Session, commands: readonly Command[]): Promise<Reply[]> => {
  const replies = await session.askAll(commands);
  for (const [index, reply] of replies.entries()) {
    if (reply instanceof Refused) throw new FenceFailed(`${nameOf(commands[index])} was refused: ${reply.message}`);
  }
  return replies;
};

/** Without what follows: arguments may be rules with hashes of passwords. */
const nameOf = (command: Command = []): string => command.slice(0, 2).join(' ');
