import { announce } from '../data/announce.tsx';
import { makeStore, useStore } from '../data/store.ts';
import { Note } from '../parts/note.tsx';
import { ProblemNote } from '../parts/problem.tsx';
import type { ActAnswer } from './asking.ts';

/** What came back when nobody could see it any more where it was asked for. */
export interface Late extends ActAnswer {
  /** `Cut over`, as the button said. */
  what: string;
  /** Whose dialog was closed; absent where the page of a new one was left. */
  migrationId?: string;
}

const lates = makeStore<readonly Late[]>([]);

/** Tells it above every page until somebody has read it. A success is seen where the migration stands. */
export const tellLate = (late: Late): void => {
  lates.set([...lates.get(), late]);
  // A dialog that is open hides whatever is outside of it from screen readers.
  const { problem, what, migrationId } = late;
  const came = problem ? `was refused: ${problem.title}` : 'has had no answer';
  if (document.querySelector('dialog[open]')) announce(`${[what, migrationId].filter(Boolean).join(' of ')} ${came}.`);
};

export const LateAnswers = () => {
  const told = useStore(lates, (all) => all);
  const read = (late: Late) => {
    lates.set(lates.get().filter((one) => one !== late));
    // Its button, which had the focus, is gone.
    document.querySelector<HTMLElement>('main h1')?.focus({ preventScroll: true });
  };
  return (
    <>
      {told.map((late) => (
        <LateAnswer key={late} late={late} onRead={() => read(late)} />
      ))}
    </>
  );
};

const LateAnswer = ({ late, onRead }: { late: Late; onRead(): void }) => (
  <div role="alert" class="late">
    <p>
      <strong>{late.what}</strong>
      {late.migrationId === undefined ? (
        ', whose form was left while it was being sent:'
      ) : (
        <>
          {' of '}
          <a class="foreign" href={`/console/migrations/${encodeURIComponent(late.migrationId)}`}>
            {late.migrationId}
          </a>
          , whose dialog was closed while it was being sent:
        </>
      )}
    </p>
    {late.problem && <ProblemNote problem={late.problem} />}
    {late.away !== undefined && <NoAnswer why={late.away} />}
    <button type="button" onClick={onRead}>
      I have read it
    </button>
  </div>
);

export const NoAnswer = ({ why }: { why: string }) => (
  <Note tone="warn" title="No answer came">
    <p>
      Whether it was taken is not known. {why && `${why.replace(/\.$/, '')}.`} The page shows it as soon as the API
      answers; asked for again while the first one stands, it is refused.
    </p>
  </Note>
);
