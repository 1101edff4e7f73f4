import type { Finding, Severity } from '../../../functions/migration/preflight.ts';
import { Commands } from './commands.tsx';

const SEVERITY: Record<Severity, string> = { blocking: 'blocks', warning: 'warning', info: 'to know' };

/** What a check found, what would be right, and what helps. */
export const FindingItem = ({ finding, isOpen }: { finding: Finding; isOpen: boolean }) => {
  const { id, severity, title, found, required, remedy, because, waived } = finding;
  return (
    <li class={`finding ${waived ? 'waived' : severity}`}>
      <details open={isOpen}>
        <summary>
          <span class={`severity ${waived ? 'waived' : severity}`}>{waived ? 'waived' : SEVERITY[severity]}</span>
          <span class="finding-title foreign">{title}</span>
          <code class="finding-id">{id}</code>
        </summary>
        <dl class="found">
          <div>
            <dt>Found</dt>
            <dd class="foreign">{found}</dd>
          </div>
          <div>
            <dt>Required</dt>
            <dd class="foreign">{required}</dd>
          </div>
        </dl>
        {remedy.length > 0 && <Commands commands={remedy} label={`what helps against ${id}`} title="What helps" />}
        <p class="muted small because">
          <span class="foreign">{because.text}</span>{' '}
          {because.url?.startsWith('https://') && (
            <a href={because.url} target="_blank" rel="noreferrer">
              Source<span class="unseen"> of the rule {id}, in a new tab</span>
            </a>
          )}
        </p>
      </details>
    </li>
  );
};
