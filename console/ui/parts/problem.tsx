import type { Problem } from '../data/api.ts';
import { Note } from './note.tsx';

/** An answer of the API that is no success, in its own words. */
export const ProblemNote = ({ problem }: { problem: Problem }) => {
  const { title, detail, code, violations = [], requestId } = problem;
  return (
    <Note tone="danger" title={title}>
      {violations.length === 0 && <p>{detail}</p>}
      {violations.length > 0 && (
        <ul>
          {violations.map(({ pointer, parameter, header, detail: what }) => (
            <li key={`${pointer}${parameter}${header}${what}`}>
              <code>{pointer || parameter || header || 'body'}</code> {what}
            </li>
          ))}
        </ul>
      )}
      <p class="muted small">
        <code>{code}</code>
        {requestId && ` · request ${requestId}`}
      </p>
    </Note>
  );
};
