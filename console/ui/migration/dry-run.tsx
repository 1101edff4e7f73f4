import type { DryRunResult } from '../../../functions/migration/record.ts';
import { Note } from '../parts/note.tsx';
import { Section } from './parts.tsx';

/** What a real run would do, in its order. */
export const DryRun = ({ result: { verdict, why, actions } }: { result: DryRunResult }) => (
  <Section id="dry-run" title="What a real run would do">
    <Note
      tone={verdict === 'wouldStart' ? 'ok' : 'danger'}
      title={verdict === 'wouldStart' ? 'It would start' : 'It would fail'}
    >
      <p class="foreign">{why}</p>
    </Note>
    <ol class="planned">
      {actions.map(({ by, on, call, parameters, effect }, index) => (
        <li key={index}>
          <span class={`tag by-${by}`}>{by}</span>
          <span>
            <code class="foreign">{call}</code> <span class="muted">on</span> <span class="foreign">{on}</span>
            <span class="sub foreign">{effect}</span>
            {parameters && <code class="sub foreign">{JSON.stringify(parameters)}</code>}
          </span>
        </li>
      ))}
    </ol>
  </Section>
);
