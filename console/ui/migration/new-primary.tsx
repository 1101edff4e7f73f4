import type { MigrationView } from '../../../functions/migration/view.ts';
import { CopyButton } from '../parts/copy.tsx';
import { newPrimaries } from './cutover.ts';

/** Where the application's clients are to be pointed: until they are, its writes stand still. */
export const NewPrimary = ({ view }: { view: MigrationView }) => {
  const primaries = newPrimaries(view);
  if (primaries.length === 0) return null;
  return (
    <p>
      Point clients to{' '}
      {primaries.map((primary) => (
        <span key={primary}>
          <strong class="foreign mono">{primary}</strong> <CopyButton text={primary} label={`Copy ${primary}`} />{' '}
        </span>
      ))}
      or to the replication group's own endpoint.
    </p>
  );
};
