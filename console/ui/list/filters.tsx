import { useEffect, useRef, useState } from 'preact/hooks';
import { STATUSES } from '../../../functions/migration/status.ts';
import type { Problem } from '../data/api.ts';
import { statusWords } from '../parts/status-words.ts';
import { hrefOf, type useListQuery } from './query.ts';

/** Whoever types is not asked for each letter. */
const TYPED_MS = 250;

type Props = Pick<ReturnType<typeof useListQuery>, 'query' | 'filter'> & { problem?: Problem | undefined };

export const Filters = ({ query, filter, problem }: Props) => {
  const { status, replicationGroupId } = query;
  const wrong = problem?.violations?.find(({ parameter }) => parameter === 'replicationGroupId');
  return (
    <search class="filters">
      <label>
        Status
        <select value={status} onChange={(event) => filter({ status: event.currentTarget.value })}>
          <option value="">any</option>
          {STATUSES.map((one) => (
            <option key={one} value={one}>
              {statusWords(one).text}
            </option>
          ))}
        </select>
      </label>
      <label for="group">
        Replication group
        <GroupInput
          value={replicationGroupId}
          wrong={wrong !== undefined}
          onChange={(given) => filter({ replicationGroupId: given })}
        />
      </label>
      {(status || replicationGroupId) && <a href={hrefOf({})}>All migrations</a>}
      {wrong && (
        <p id="group-wrong" class="wrong">
          A replication group's id {wrong.detail}.
        </p>
      )}
    </search>
  );
};

const GroupInput = ({ value, wrong, onChange }: { value: string; wrong: boolean; onChange(given: string): void }) => {
  const [typed, setTyped] = useState(value);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  // The address may change without anybody typing: back, or the link to all of them.
  useEffect(() => {
    clearTimeout(timer.current);
    setTyped(value);
  }, [value]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const type = (text: string) => {
    setTyped(text);
    clearTimeout(timer.current);
    // What is the filter already would only lead back to its newest page.
    if (text.trim() !== value) timer.current = setTimeout(() => onChange(text.trim()), TYPED_MS);
  };
  return (
    <input
      id="group"
      type="search"
      autocomplete="off"
      spellcheck={false}
      placeholder="any, by its whole id"
      value={typed}
      aria-invalid={wrong}
      aria-describedby={wrong ? 'group-wrong' : undefined}
      onInput={(event) => type(event.currentTarget.value)}
    />
  );
};
