import type { MigrationView } from '../../../functions/migration/view.ts';
import { lackingMode, lacksOf } from '../parts/guarantees.ts';
import { Note } from '../parts/note.tsx';
import { Section } from './parts.tsx';

/** Beside where a migration stands: that its words are worth less than others'. */
export const LacksNote = ({ view }: { view: MigrationView }) => {
  const mode = lackingMode(view);
  if (mode === undefined) return null;
  const writes = view.cutover.promotedAt
    ? 'Nobody was kept from writing to the source, and nothing proves that the target has everything.'
    : 'Nobody is kept from writing to the source, nothing is compared, and no promotion is proven.';
  return (
    <Note tone="warn" title={`${mode}: this stack reaches no Redis server`}>
      <p>
        {mode === 'API-only' && `${writes} `}
        <a href="#guarantees">What it lacks</a>
      </p>
    </Note>
  );
};

/** What lacks, sentence by sentence. */
export const Guarantees = ({ view }: { view: MigrationView }) => (
  <Section
    id="guarantees"
    title="What it lacks"
    aside={<span class="muted small">{lackingMode(view)}: by what AWS tells alone</span>}
  >
    <ul class="lacks foreign">
      {lacksOf(view).map((text) => (
        <li key={text}>{text}</li>
      ))}
    </ul>
  </Section>
);
