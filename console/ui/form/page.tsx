import './form.css';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useLocation } from 'preact-iso/router';
import { announce } from '../data/announce.tsx';
import { get } from '../data/api.ts';
import { useRefusal } from '../data/session.ts';
import { Heading } from '../parts/heading.tsx';
import { ProblemNote } from '../parts/problem.tsx';
import { plain } from '../parts/text.ts';
import { CutoverFields, VerificationFields } from './advanced.tsx';
import { Answer } from './answer.tsx';
import { Basics } from './basics.tsx';
import { WrongContext } from './field.tsx';
import { useSending } from './sending.ts';
import { BLANK, type Values, valuesOf } from './values.ts';
import { WaiverFields } from './waivers.tsx';
import { stepsOf } from './words.ts';

/** Starts a migration or a dry run. `?from=<migration>` begins with the settings of another one, `&waive=<ids>` adds waivers. */
export const NewMigration = () => {
  const { query } = useLocation();
  const [values, setValues] = useState<Values>(BLANK);
  const { answer, wrong, busy, send, right, anotherKey } = useSending();
  const touched = useRef(false);
  const form = useRef<HTMLFormElement>(null);
  const refusal = useRefusal();

  useEffect(() => {
    const { from, waive } = query;
    if (!from) return;
    const left = new AbortController();
    get('migration', `/migrations/${encodeURIComponent(from)}`, {}, left.signal).then(
      (view) => {
        // What somebody has typed by now is meant, and so is what the button said when it was pressed.
        if (touched.current || left.signal.aborted) return;
        const like = valuesOf(view);
        const waivers = new Set([...like.waivers, ...(waive ? waive.split(',') : [])]);
        setValues({ ...like, waivers: [...waivers] });
        announce(`The form has the settings of ${from}`);
      },
      // A form that stays blank is no harm: the fields show it.
      () => left.signal.aborted || announce(`The settings of ${from} could not be read`),
    );
    return () => left.abort();
  }, [query.from, query.waive]);

  // What is wrong is shown first, and the fields that were closed are open by then.
  useEffect(() => {
    if (Object.keys(wrong.found).length === 0) return;
    const first = form.current?.querySelector<HTMLElement>('[aria-invalid="true"]');
    (first ?? document.getElementById('answer'))?.focus();
  }, [wrong.found]);

  const change = (pointer: string, changed: Partial<Values>) => {
    touched.current = true;
    setValues((before) => ({ ...before, ...changed }));
    right(pointer);
  };
  const section = { values, change };
  return (
    <>
      <Heading title="New migration" />
      {refusal && !answer.problem && <ProblemNote problem={refusal} />}
      <div class="asking">
        <form
          ref={form}
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            touched.current = true;
            const named = { ...values, waivers: values.waivers.filter((id) => id.trim() !== '') };
            setValues(named);
            send(named);
          }}
        >
          <WrongContext.Provider value={wrong.shown}>
            <Answer answer={answer} wrong={wrong.shown} anotherKey={anotherKey} />
            <section class="card fields" aria-label="The request">
              <Basics {...section} />
            </section>
            <section class="card groups" aria-label="More settings">
              <CutoverFields {...section} />
              <VerificationFields {...section} />
              <WaiverFields {...section} />
            </section>
          </WrongContext.Provider>
          <button type="submit" class="primary" aria-disabled={busy}>
            {busy ? 'Sending …' : values.dryRun ? 'Start the dry run' : 'Start the migration'}
          </button>
        </form>
        <Preview values={values} />
      </div>
    </>
  );
};

const Preview = ({ values }: { values: Values }) => (
  <section class="card preview" aria-labelledby="preview-title">
    <h2 id="preview-title">What this {values.dryRun ? 'dry run' : 'migration'} will do</h2>
    <ol>
      {stepsOf(values).map(({ text, loud }) => (
        <li key={text} class={loud ? 'foreign loud' : 'foreign'}>
          {plain(text)}
        </li>
      ))}
    </ol>
  </section>
);
