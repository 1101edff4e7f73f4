import { VerificationImpossibleError } from '../verification/errors.ts';
import type { Watch } from '../verification/ports.ts';
import type { Connections } from './key-reader-connection.ts';
import { readOffset } from './key-reader-info.ts';

/**
 * WATCH, and a transaction of nothing: Redis refuses it when one of the keys was written to in between.
 *
 * @throws TransientServiceError, VerificationImpossibleError
 */
export const watchKeys = async ({ borrow }: Connections, database: number, keys: readonly Buffer[]): Promise<Watch> => {
  const connection = await borrow(database);
  let isOver = false;
  const end = (): void => {
    if (!isOver) connection.giveBack();
    isOver = true;
  };
  const watch = (offset: number): Watch => ({
    offset,
    async untouched() {
      try {
        const [, answer] = await Promise.all([
          connection.command(['MULTI']),
          connection.command<unknown[] | null>(['EXEC']),
        ]);
        return answer !== null;
      } finally {
        end();
      }
    },
    end() {
      // What is asked next is asked behind this.
      if (!isOver) void connection.command(['UNWATCH']).catch(() => undefined);
      end();
    },
  });
  try {
    // One behind the other on one connection: the offset is of a later moment.
    const [, offset] = await Promise.all([connection.command(['WATCH', ...keys]), readOffset(connection.command)]);
    return watch(offset);
  } catch (error) {
    end();
    throw error;
  }
};

export const mayWatch = async (connections: Connections): Promise<boolean> => {
  try {
    const watch = await watchKeys(connections, 0, [Buffer.from('elasticache-migrator:no-such-key')]);
    return await watch.untouched();
  } catch (error) {
    if (error instanceof VerificationImpossibleError) return false;
    throw error;
  }
};
