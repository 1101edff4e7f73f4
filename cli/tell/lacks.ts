import { LACKS_IN_SHORT, lackingMode, lacksOf } from '../../console/ui/parts/guarantees.ts';
import type { MigrationView } from '../../functions/migration/view.ts';
import { wrap } from '../terminal/layout.ts';
import type { Look } from './migration.ts';

/** Which guarantees a migration lacks, each a line of its own; nothing where none lacks. The view has to be safe. */
export const lacksText = (view: MigrationView, { width, paint }: Pick<Look, 'width' | 'paint'>): string[] => {
  const mode = lackingMode(view);
  if (mode === undefined) return [];
  return [
    ...wrap(`${mode}: this stack reaches no Redis server. It lacks`, width).map((text) => paint.tone('yours', text)),
    ...lacksOf(view).flatMap((lack) => wrap(lack, width, '    ').map((text, at) => (at === 0 ? `  - ${text}` : text))),
  ];
};

/** The same in one line. */
export const lacksLine = (view: MigrationView): string | undefined => {
  const mode = lackingMode(view);
  return mode === undefined ? undefined : `${mode}: ${LACKS_IN_SHORT}`;
};
