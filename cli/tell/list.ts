import { lagOf, progressOf } from '../../console/ui/list/figures.ts';
import { waits } from '../../console/ui/migration/sentences.ts';
import { lackingMode } from '../../console/ui/parts/guarantees.ts';
import { statusWords } from '../../console/ui/parts/status-words.ts';
import { age, percent } from '../../console/ui/parts/text.ts';
import type { ListedMigration, MigrationView } from '../../functions/migration/view.ts';
import { cut, padded, seenWidth } from '../terminal/layout.ts';
import type { Look } from './migration.ts';

const COLUMNS = ['MIGRATION', 'STATUS', 'PROGRESS', 'LAG', 'AGE'] as const;
const GAP = 2;
/** Less tells nothing. */
const LEAST_LAST = 16;

interface Row {
  cells: string[];
  status: (text: string) => string;
  /** Why it stands where it stands; fills what is left of the line. */
  last: string;
}

const rowOf = (migration: ListedMigration, { paint, nowMs }: Look): Row => {
  const { migrationId, status, phase, dryRun, dryRunResult, acceptedAt, outcome, statusReason } = migration;
  const { tone, text } = statusWords(status, phase, dryRunResult?.verdict);
  const flags = [dryRun && !dryRunResult && 'dry run', lackingMode(migration)].filter(Boolean);
  const { percent: done, text: figures } = progressOf(migration);
  return {
    cells: [
      migrationId,
      flags.length > 0 ? `${text} (${flags.join(', ')})` : text,
      done !== undefined && done < 100 ? percent(done) : (figures ?? ''),
      lagOf(migration) ?? '',
      age(nowMs - Date.parse(acceptedAt)),
    ],
    status: (shown) => paint.tone(tone, shown),
    last: (outcome ? undefined : waits(migration as unknown as MigrationView)) ?? statusReason,
  };
};

/** A table that fits into the line: what does not fit is cut, and on a narrow terminal each migration has lines of its own. */
export const listText = (migrations: readonly ListedMigration[], look: Look): string[] => {
  const rows = migrations.map((migration) => rowOf(migration, look));
  const used = COLUMNS.map((_, at) => rows.some(({ cells }) => cells[at] !== ''));
  const widths = COLUMNS.map((title, at) =>
    used[at] ? Math.max(title.length, ...rows.map(({ cells }) => seenWidth(cells[at] ?? ''))) : 0,
  );
  const taken = widths.reduce((sum, width) => sum + (width > 0 ? width + GAP : 0), 0);
  if (taken + LEAST_LAST > look.width) return rows.flatMap((row) => blockOf(row, look));
  const cells = (texts: readonly string[], paint: (text: string, at: number) => string) =>
    texts.flatMap((text, at) => (used[at] ? [paint(padded(text, (widths[at] ?? 0) + GAP), at)] : [])).join('');
  return [
    look.paint.bold(`${cells(COLUMNS, (text) => text)}WHY`),
    ...rows.map(
      ({ cells: texts, status, last }) =>
        cells(texts, (text, at) => (at === 1 ? status(text) : text)) + cut(last, look.width - taken),
    ),
  ];
};

const blockOf = ({ cells, status, last }: Row, { width }: Look): string[] => {
  const [id = '', state = '', ...figures] = cells;
  const told = [figures[0], figures[1] && `lag ${figures[1]}`, `${figures[2]} old`].filter(Boolean).join(', ');
  return [
    // It is what is typed next.
    id,
    `  ${status(cut(state, width - 2))}`,
    `  ${cut(told, width - 2)}`,
    `  ${cut(last, width - 2)}`,
  ];
};
