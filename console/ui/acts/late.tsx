import type { MigrationView } from '../../../functions/migration/view.ts';
import { Note } from '../parts/note.tsx';
import { ProblemNote } from '../parts/problem.tsx';
import type { ActAnswer } from './asking.ts';
import { actWords } from './words.ts';

/** What came back after its dialog was closed. */
export interface Late extends ActAnswer {
  act: string;
}

/** Tells on the page what nobody could see in a dialog that is gone. */
export const LateAnswer = ({ late, view, onRead }: { late: Late; view: MigrationView; onRead(): void }) => (
  <div role="alert" class="late">
    <p>
      <strong>{actWords(late.act, view).button}</strong>, whose dialog was closed while it was being sent:
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
      Whether it was taken is not known. {why} The page shows it as soon as the API answers; asked for twice, it is
      refused.
    </p>
  </Note>
);
