import { httpFunction } from '../adapters/http.ts';
import { readListQuery } from '../adapters/http-request.ts';
import { theMigrations } from '../adapters/migrations.ts';
import { toListed } from '../migration/view.ts';

const store = theMigrations();

export const handler = httpFunction(async (event) => {
  const { migrations, nextToken } = await store.list(readListQuery(event));
  return { status: 200, body: { migrations: migrations.map(toListed), ...(nextToken && { nextToken }) } };
});
