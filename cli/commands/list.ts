import { ApiAnswerUnreadableError } from '../../client/errors.ts';
import type { ListedMigration } from '../../functions/migration/view.ts';
import { again, type Context, connected } from '../context.ts';
import type { ExitCode } from '../exit-codes.ts';
import { EXIT } from '../exit-codes.ts';
import { document, line } from '../say.ts';
import { listText } from '../tell/list.ts';
import { widthOf } from '../terminal/io.ts';
import { paintFor } from '../terminal/paint.ts';
import { safe, safeDeep } from '../terminal/safe.ts';

export interface ListOptions {
  status?: string;
  replicationGroupId?: string;
  limit?: string;
  nextToken?: string;
  all?: boolean;
}

export const list = async (context: Context, options: ListOptions): Promise<ExitCode> => {
  const { limit, all, status, replicationGroupId } = options;
  const filter = {
    ...(status !== undefined && { status }),
    ...(replicationGroupId !== undefined && { replicationGroupId }),
    // The API says what is wrong with it.
    ...(limit !== undefined && { limit: limit as unknown as number }),
  };
  const { io, caller } = context;
  const { api, apiUrl, where } = await connected(context);
  const found: ListedMigration[] = [];
  let { nextToken } = options;
  const pages = new Set<string>();
  do {
    const query = { ...filter, ...(nextToken !== undefined && { nextToken }) };
    const page = await api.list(query, { signal: io.signal });
    found.push(...page.migrations);
    nextToken = page.nextToken;
    // It would never end.
    if (all && nextToken && pages.has(nextToken))
      throw new ApiAnswerUnreadableError(apiUrl, 'it names the same next page twice');
    if (nextToken) pages.add(nextToken);
  } while (all && nextToken);
  if (context.json) {
    document(io, { migrations: found, ...(nextToken && { nextToken }) });
    return EXIT.done;
  }
  const look = { width: widthOf(io.stdout, io.env), paint: paintFor(io.stdout, io.env), nowMs: Date.now() };
  for (const text of listText(safeDeep(found), look)) if (found.length > 0) line(io.stdout, text);
  if (found.length === 0) {
    const isFiltered = status !== undefined || replicationGroupId !== undefined;
    line(io.stderr, `No migrations${isFiltered ? ' that are asked for' : ''}, says ${safe(where)}.`);
    line(io.stderr, `\n  ${caller.me} ${isFiltered ? `list${caller.options}` : 'preflight --help'}`);
  }
  if (nextToken)
    line(
      io.stderr,
      `There are more.\n\n  ${again({ ...context, args: withoutToken(context.args) }, TOKEN, nextToken)}`,
    );
  return EXIT.done;
};

const TOKEN = '--next-token';

const withoutToken = (args: readonly string[]): readonly string[] =>
  args.filter((word, at) => word !== TOKEN && args[at - 1] !== TOKEN && !word.startsWith(`${TOKEN}=`));
