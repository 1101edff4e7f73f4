import './acts.css';
import { useLayoutEffect, useState } from 'preact/hooks';
import type { MigrationView } from '../../../functions/migration/view.ts';
import { ActDialog } from './dialog.tsx';
import { offeredActs } from './offered.ts';
import { actWords } from './words.ts';

/** A button and a dialog for each act that the migration allows now; nothing where it allows none. */
export const Acts = ({ view, onChanged }: { view: MigrationView; onChanged(view: MigrationView): void }) => {
  const [asked, setAsked] = useState<string>();
  const [dones, setDones] = useState(0);
  // Once the dialog is closed, which keeps the focus inside: the button that opened it may be gone by then.
  useLayoutEffect(() => {
    if (dones > 0) document.querySelector<HTMLElement>('main h1')?.focus({ preventScroll: true });
  }, [dones]);
  const offered = offeredActs(view);
  const done = (changed: MigrationView) => {
    setAsked(undefined);
    onChanged(changed);
    setDones((before) => before + 1);
  };
  return (
    <>
      {offered.length > 0 && (
        <ul class="actions acts" aria-label="What can be asked for now">
          {offered.map((act) => {
            const { button, tone } = actWords(act, view);
            return (
              <li key={act}>
                <button type="button" class={tone === 'primary' ? tone : undefined} onClick={() => setAsked(act)}>
                  {button} …
                </button>
              </li>
            );
          })}
        </ul>
      )}
      {asked !== undefined && (
        <ActDialog
          key={asked}
          act={asked}
          view={view}
          onClose={() => setAsked(undefined)}
          onDone={done}
          onChanged={onChanged}
        />
      )}
    </>
  );
};
