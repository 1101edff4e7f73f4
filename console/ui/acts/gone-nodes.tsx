import type { MigrationView } from '../../../functions/migration/view.ts';
import { type GivenUp, goneHint, nodesOfSource } from './give-up.ts';

/** Asks which nodes of the source are gone for good: nobody waits for those. */
export const GoneNodes = ({
  view,
  value,
  wrong,
  onChange,
}: {
  view: MigrationView;
  value: GivenUp;
  wrong: string | undefined;
  onChange(value: GivenUp): void;
}) => (
  <fieldset class="field gone-nodes" aria-describedby="act-gone-hint">
    <legend>Nodes of the source that are gone for good</legend>
    <p id="act-gone-hint" class="hint">
      {goneHint(view)}
    </p>
    {nodesOfSource(view).map(({ name, role }) => (
      <label key={name} class="check">
        <input
          type="checkbox"
          checked={value.known.includes(name)}
          onChange={({ currentTarget: { checked } }) =>
            onChange({ ...value, known: checked ? [...value.known, name] : value.known.filter((one) => one !== name) })
          }
        />
        <span>
          <code class="foreign">{name}</code> <span class="muted">{role}</span>
        </span>
      </label>
    ))}
    <label for="act-gone">Others, as host:port</label>
    <input
      id="act-gone"
      type="text"
      autocomplete="off"
      spellcheck={false}
      autocapitalize="off"
      value={value.others}
      aria-invalid={wrong !== undefined}
      aria-describedby={wrong && 'act-gone-wrong'}
      onInput={(event) => onChange({ ...value, others: event.currentTarget.value })}
    />
    {wrong && (
      <p id="act-gone-wrong" class="wrong">
        {wrong}
      </p>
    )}
  </fieldset>
);
