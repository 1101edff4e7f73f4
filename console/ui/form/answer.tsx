import { Note } from '../parts/note.tsx';
import { ProblemNote } from '../parts/problem.tsx';
import type { FormAnswer } from './sending.ts';
import { idOf, type Wrong } from './violations.ts';

/** What came back, if it was not a migration. */
export const Answer = ({
  answer: { problem, away },
  wrong,
  anotherKey,
}: {
  answer: FormAnswer;
  wrong: Wrong;
  anotherKey(): void;
}) => (
  <div id="answer" role="alert" tabIndex={-1}>
    {away !== undefined && (
      <Note tone="warn" title="No answer came">
        <p>
          Whether the request was taken is not known. {away} Send it again: it has an Idempotency-Key, and starts
          nothing twice.
        </p>
      </Note>
    )}
    {problem?.violations && <Summary wrong={wrong} />}
    {problem && !problem.violations && <ProblemNote problem={problem} />}
    {problem?.code === 'idempotency-key-reused' && (
      <p>
        An earlier answer to this form was lost on its way, and the form was changed since.{' '}
        <button type="button" onClick={anotherKey}>
          Make it a new request
        </button>
      </p>
    )}
  </div>
);

const Summary = ({ wrong }: { wrong: Wrong }) => {
  const entries = Object.entries(wrong);
  const many = entries.reduce((sum, [, texts]) => sum + texts.length, 0);
  if (many === 0) return null;
  return (
    <Note tone="danger" title={many === 1 ? 'One thing is to be corrected' : `${many} things are to be corrected`}>
      <ul>
        {entries.flatMap(([pointer, texts]) =>
          texts.map((text) => (
            <li key={pointer + text}>
              {pointer ? (
                <a href={`#${idOf(pointer)}`}>
                  <code>{pointer.slice(1)}</code>
                </a>
              ) : null}{' '}
              {text}
            </li>
          )),
        )}
      </ul>
    </Note>
  );
};
