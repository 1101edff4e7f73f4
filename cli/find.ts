import type { Api } from '../client/api.ts';
import { ApiProblemError } from '../client/errors.ts';
import type { MigrationView } from '../functions/migration/view.ts';
import { again, type Context } from './context.ts';
import { CommandError } from './errors.ts';
import { EXIT } from './exit-codes.ts';

const isMissing = (error: unknown): error is ApiProblemError =>
  error instanceof ApiProblemError && error.problem.code === 'migration-not-found';

/** The newest migration of a replication group; undefined where there is none, or no such name can be. */
const newestOf = async (api: Api, group: string, signal: AbortSignal): Promise<string | undefined> => {
  try {
    const { migrations } = await api.list({ replicationGroupId: group, limit: 1 }, { signal });
    return migrations[0]?.migrationId;
  } catch (error) {
    if (error instanceof ApiProblemError && error.problem.status === 400) return undefined;
    throw error;
  }
};

/**
 * The migration of this id, or the newest one of the replication group of this name.
 * @throws ApiProblemError where there is neither
 */
export const findToRead = async (api: Api, name: string, signal: AbortSignal): Promise<MigrationView> => {
  try {
    return await api.get(name, {}, { signal });
  } catch (error) {
    const newest = isMissing(error) ? await newestOf(api, name, signal) : undefined;
    if (newest === undefined) throw error;
    return api.get(newest, {}, { signal });
  }
};

/**
 * The migration of exactly this id: whoever changes something says what. For the name of a group the id is told.
 * @throws CommandError (refused), ApiProblemError
 */
export const findToAct = async (api: Api, name: string, context: Context): Promise<MigrationView> => {
  const { signal } = context.io;
  try {
    return await api.get(name, {}, { signal });
  } catch (error) {
    const newest = isMissing(error) ? await newestOf(api, name, signal) : undefined;
    if (newest === undefined) throw error;
    throw new CommandError(
      EXIT.refused,
      'migration-not-found',
      [`There is no migration ${name}: it is the name of a replication group, whose newest migration is ${newest}.`],
      [again({ ...context, args: context.args.map((word) => (word === name ? newest : word)) })],
    );
  }
};
