import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { findingsText } from '../../cli/tell/findings.ts';
import { listText } from '../../cli/tell/list.ts';
import { isAscii, speakLocale, toAscii, toAsciiJson } from '../../cli/terminal/ascii.ts';
import { reflow, seenWidth } from '../../cli/terminal/layout.ts';
import { paintFor } from '../../cli/terminal/paint.ts';
import { drawing, longTurns } from '../../cli/watch/text.ts';
import type { PreflightResult } from '../../functions/migration/preflight.ts';
import type { ListedMigration } from '../../functions/migration/view.ts';
import { at, aView, phases, START_MS } from '../console/migration/views.ts';

const out = new PassThrough();
const look = (width: number) => ({ width, paint: paintFor(out, {}), nowMs: START_MS + 60_000 });
const caller = { me: 'elasticache-migrator', options: ' --endpoint http://127.0.0.1:3000' };

describe('a locale', () => {
  it.each([
    [{}, false],
    [{ LANG: 'C.UTF-8' }, false],
    [{ LANG: 'de_DE.utf8' }, false],
    [{ LANG: 'C' }, true],
    [{ LANG: 'de_DE.UTF-8', LC_ALL: 'POSIX' }, true],
    [{ LANG: 'pl_PL.ISO-8859-2' }, true],
  ])('%j has ASCII alone: %s', (env, expected) => {
    expect(isAscii(env)).toBe(expected);
  });

  const TEXT = 'lag · “none” – für ś 日本 😀…';
  it('gets texts that are as wide, and documents that mean the same', () => {
    expect(toAscii(TEXT)).toBe('lag - "none" - f?r ? ???? ??.');
    expect(seenWidth(toAscii(TEXT))).toBe(seenWidth(TEXT));
    expect(toAsciiJson(JSON.stringify(TEXT))).toMatch(/^[\x20-\x7e]+$/);
    expect(JSON.parse(toAsciiJson(JSON.stringify(TEXT)))).toBe(TEXT);
  });

  it('is spoken to a terminal, and to no pipe', () => {
    const [terminal, pipe] = [Object.assign(new PassThrough(), { isTTY: true }), new PassThrough()];
    speakLocale([terminal, pipe], { LANG: 'C' }, false);
    for (const one of [terminal, pipe]) one.write('\u001b[2K“ś”');

    expect([String(terminal.read()), String(pipe.read())]).toEqual(['\u001b[2K"?"', '\u001b[2K“ś”']);
  });
});

describe('a narrow terminal', () => {
  it('has reports whose long lines go on below, and a pipe has them as they are', () => {
    const report = 'GOOD: when CompleteMigration was sent\n\n  fencedAt      2026-11-23T13:52:19.356Z\nok   short';
    const terminal = Object.assign(new PassThrough(), { isTTY: true, columns: 30 });

    expect(reflow(report, terminal, {})).toEqual([
      'GOOD: when CompleteMigration',
      '  was sent',
      '',
      '  fencedAt',
      '    2026-11-23T13:52:19.356Z',
      'ok   short',
    ]);
    expect(reflow(report, new PassThrough(), {})).toEqual(report.split('\n'));
  });

  it('has the address of a page whole: it is opened', () => {
    const url = 'https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Migration-Prepare.html';
    const finding = {
      ...{ id: 'source-auth', severity: 'blocking', title: 'AUTH', found: 'on', required: 'off', remedy: [] },
      because: { text: 'The page says so.', url },
    };
    const result = { findings: [finding], forecast: { verdict: 'pass', why: '', remedy: [] } };
    const text = findingsText(result as unknown as PreflightResult, 40, look(40).paint);

    expect(text.map((line) => line.trim())).toContain(url);
  });

  it('has ids whole in a list: they are typed next', () => {
    const migrationId = `${'long-'.repeat(8)}0123456789ab`;
    const [first] = listText([aView({ migrationId }) as unknown as ListedMigration], look(40));

    expect(first).toBe(migrationId);
  });

  const view = aView({
    status: 'awaitingCutover',
    phase: 'awaitingCutover',
    allowedActions: ['cutover', 'abort'],
    phases: phases('queued 0, awaitingCutover 60'),
    acceptedAt: at(0),
  });
  it.each([40, 60, 80, 200])('has commands to paste whole, at %i columns', (width) => {
    const command = `elasticache-migrator cutover ${view.migrationId}${caller.options}`;
    const drawn = drawing(view, caller, look(width));

    expect(drawn.filter((line) => seenWidth(line) >= width)).toEqual([]);
    expect(
      [...drawn.map((line) => line.trim()), ...longTurns(view, caller, width)].filter((text) => text === command),
    ).toHaveLength(1);
  });

  it.each([30, 40, 50, 80])('says only whole words of where it stands, at %i columns', (width) => {
    const [head = ''] = drawing(view, caller, look(width));

    expect(head).toMatch(/^ {2}Awaiting cutover {1,2}(step \d+ of \d+(, then \w+( \w+)*)?)?$/);
    expect(head).not.toMatch(/0 ms|\.\.\./);
  });
});
