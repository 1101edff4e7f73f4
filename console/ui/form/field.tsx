import type { ComponentChildren } from 'preact';
import { createContext } from 'preact';
import { useContext } from 'preact/hooks';
import { idOf, type Wrong } from './violations.ts';

export interface Attributes {
  id: string;
  'aria-invalid': boolean;
  'aria-describedby': string | undefined;
}

/** What is wrong with the form, by pointer. */
export const WrongContext = createContext<Wrong>({});

/**
 * A field of the request with its label, its hint, and what the API has found wrong with it.
 *
 * @param children draws the input with the attributes that tie it to the rest
 */
export const Field = ({
  pointer,
  label,
  hint,
  wide,
  children,
}: {
  pointer: string;
  label: string;
  hint?: ComponentChildren;
  wide?: boolean;
  children(attributes: Attributes): ComponentChildren;
}) => {
  const { [pointer]: wrong = [] } = useContext(WrongContext);
  const id = idOf(pointer);
  const described = [hint && `${id}-hint`, wrong.length > 0 && `${id}-wrong`].filter(Boolean).join(' ');
  return (
    <div class={wide ? 'field wide' : 'field'}>
      <label for={id}>{label}</label>
      {children({ id, 'aria-invalid': wrong.length > 0, 'aria-describedby': described || undefined })}
      {hint && (
        <p class="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      <Wrongs id={`${id}-wrong`} wrong={wrong} />
    </div>
  );
};

export const Wrongs = ({ id, wrong }: { id: string; wrong: string[] }) =>
  wrong.length > 0 ? (
    <ul class="wrong" id={id}>
      {wrong.map((text) => (
        <li key={text}>{text}</li>
      ))}
    </ul>
  ) : null;

/** Text, also for numbers: what is no number is for the API to refuse, with its rule. */
export const TextField = ({
  pointer,
  label,
  hint,
  value,
  onChange,
  ...more
}: {
  pointer: string;
  label: string;
  hint?: ComponentChildren;
  value: string;
  onChange(value: string): void;
  placeholder?: string;
  inputMode?: 'numeric';
}) => (
  <Field pointer={pointer} label={label} hint={hint}>
    {(attributes) => (
      <input
        {...attributes}
        {...more}
        type="text"
        autocomplete="off"
        spellcheck={false}
        value={value}
        onInput={(event) => onChange(event.currentTarget.value)}
      />
    )}
  </Field>
);

export const ChoiceField = ({
  pointer,
  label,
  hint,
  value,
  choices,
  onChange,
}: {
  pointer: string;
  label: string;
  hint?: ComponentChildren;
  value: string;
  choices: readonly (readonly [value: string, words: string])[];
  onChange(value: string): void;
}) => (
  <Field pointer={pointer} label={label} hint={hint}>
    {(attributes) => (
      <select {...attributes} value={value} onChange={(event) => onChange(event.currentTarget.value)}>
        {choices.map(([choice, text]) => (
          <option key={choice} value={choice}>
            {text}
          </option>
        ))}
      </select>
    )}
  </Field>
);
