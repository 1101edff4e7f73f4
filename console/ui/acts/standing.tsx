import type { MigrationView } from '../../../functions/migration/view.ts';
import { useConnection } from '../data/connection.ts';
import { useOtherTarget } from '../data/session.ts';
import { Note } from '../parts/note.tsx';
import { clockTime } from '../parts/text.ts';

/** Why what the dialog says may not be so any more. The page says it too, but is out of reach while the dialog is open. */
export const Standing = ({ view, isOffered }: { view: MigrationView; isOffered: boolean }) => {
  const { lost } = useConnection();
  const isElsewhere = useOtherTarget() !== undefined;
  return (
    <div role="alert">
      {lost && (
        <Note tone="warn" title={`The API has not answered since ${clockTime(lost.since)}`}>
          <p>What is said here is as of then.</p>
        </Note>
      )}
      {isElsewhere && (
        <Note tone="warn" title="The console leads to another API now">
          <p>Nothing is sent from here any more.</p>
        </Note>
      )}
      {!isOffered && (
        <Note tone="danger" title="It is not offered any more">
          <p class="foreign">{view.statusReason}</p>
        </Note>
      )}
    </div>
  );
};
