import type { MigrationView } from '../../../functions/migration/view.ts';
import { Acts } from '../acts/acts.tsx';
import { get } from '../data/api.ts';
import { usePoll } from '../data/use-poll.ts';
import { Heading } from '../parts/heading.tsx';
import { ProblemNote } from '../parts/problem.tsx';
import { StatusBadge } from '../parts/status.tsx';

/** One migration. */
export const MigrationPage = ({ id }: { id: string }) => {
  const path = `/migrations/${encodeURIComponent(id)}`;
  const { data: view, problem, set } = usePoll(path, (signal) => get<MigrationView>(path, {}, signal), pauseMs);
  return (
    <>
      <Heading title={id} />
      {problem && <ProblemNote problem={problem} />}
      {view && (
        <>
          <StatusBadge status={view.status} phase={view.phase} />
          <p class="foreign">{view.statusReason}</p>
          {view.waitingFor && <p class="foreign">Waits for {view.waitingFor}.</p>}
          <Acts view={view} onChanged={set} />
        </>
      )}
    </>
  );
};

const pauseMs = ({ outcome }: MigrationView): number => (outcome ? 5000 : 1000);
