import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { lookAt } from './recording.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'recorded-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const note = (...bodies: object[]) => {
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' };
  const line = (body: object) =>
    `${JSON.stringify({ method: 'GET', path: '/migrations?limit=1', answer: { status: 200, headers, body } })}\n`;
  writeFileSync(join(folder, '1'), bodies.map(line).join(''));
};

it('a run whose answers are documented ends well', async () => {
  expect(await lookAt(folder)).toBe(0);
  note({ migrations: [] }, { migrations: [], nextToken: 'more' });

  expect(await lookAt(folder)).toBe(2);
});

it('a run with an answer that is not ends with an error that names the field', async () => {
  note({ migrations: [] }, { migrations: [], more: 1 });

  await expect(lookAt(folder)).rejects.toThrow(/GET \/migrations 200: .*more/);
});
