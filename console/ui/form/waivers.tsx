import { useContext } from 'preact/hooks';
import { PREFLIGHT_CHECKS } from '../../../functions/migration/preflight.ts';
import { OTHER_WAIVERS } from '../../../functions/migration/waivers.ts';
import { Group } from './advanced.tsx';
import { WrongContext, Wrongs } from './field.tsx';
import type { Section } from './section.ts';
import { idOf } from './violations.ts';

const WAIVABLE: string[] = [
  ...Object.entries(PREFLIGHT_CHECKS).flatMap(([id, { waivable }]) => (waivable === 'byName' ? [id] : [])),
  ...OTHER_WAIVERS,
].sort();

/** Findings to go on in spite of, by name. */
export const WaiverFields = ({ values, change }: Section) => {
  const wrong = useContext(WrongContext);
  const { waivers } = values;
  const put = (index: number, id: string) =>
    change(`/waivers/${index}`, { waivers: waivers.map((old, at) => (at === index ? id : old)) });
  const remove = (index: number) => {
    change('/waivers', { waivers: waivers.filter((_, at) => at !== index) });
    document.getElementById('add-waiver')?.focus();
  };
  return (
    <Group title="Waivers" hint="findings to go on in spite of" under={['/waivers']}>
      <datalist id="waivable">
        {WAIVABLE.map((id) => (
          <option key={id} value={id} />
        ))}
      </datalist>
      <ul class="waivers">
        {waivers.map((id, index) => {
          const pointer = `/waivers/${index}`;
          const inputId = idOf(pointer);
          const { [pointer]: texts = [] } = wrong;
          return (
            // Two rows may hold the same id, and a row keeps its place.
            <li key={index} class="field">
              <label for={inputId} class="unseen">
                Waiver {index + 1}
              </label>
              <div class="waiver">
                <input
                  id={inputId}
                  type="text"
                  list="waivable"
                  autocomplete="off"
                  spellcheck={false}
                  placeholder="target-holds-data"
                  value={id}
                  aria-invalid={texts.length > 0}
                  aria-describedby={texts.length > 0 ? `${inputId}-wrong` : undefined}
                  onInput={(event) => put(index, event.currentTarget.value)}
                />
                <button type="button" aria-label={`Remove waiver ${index + 1}`} onClick={() => remove(index)}>
                  Remove
                </button>
              </div>
              <Wrongs id={`${inputId}-wrong`} wrong={texts} />
            </li>
          );
        })}
      </ul>
      <Wrongs id={`${idOf('/waivers')}-wrong`} wrong={wrong['/waivers'] ?? []} />
      <div>
        <button type="button" id="add-waiver" onClick={() => change('/waivers', { waivers: [...waivers, ''] })}>
          Add a waiver
        </button>
      </div>
    </Group>
  );
};
