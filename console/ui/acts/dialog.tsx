import type { MigrationView } from '../../../functions/migration/view.ts';
import { Dialog } from '../parts/dialog.tsx';
import { lackingMode } from '../parts/guarantees.ts';
import { Note } from '../parts/note.tsx';
import { ProblemNote } from '../parts/problem.tsx';
import { type Outcomes, useAsking } from './asking.ts';
import { GoneNodes } from './gone-nodes.tsx';
import { NoAnswer } from './late.tsx';
import { offeredActs } from './offered.ts';
import { Standing } from './standing.tsx';
import { needsWaiver } from './waivable.ts';
import { actWords } from './words.ts';

/** Says what an act will do, asks whether it is meant, and sends it. */
export const ActDialog = ({
  act,
  view,
  onClose,
  ...outcomes
}: {
  act: string;
  view: MigrationView;
  onClose(): void;
} & Outcomes) => {
  const words = actWords(act, view);
  const { fields, change, missing, answer, busy, send } = useAsking(act, view, outcomes);
  const allowed = offeredActs(view).includes(act);
  return (
    <Dialog title={words.title} describedBy={`act-will act-after${words.lacks ? ' act-lacks' : ''}`} onClose={onClose}>
      <form
        class="act-form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <ol id="act-will" class="foreign">
          {words.will.map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ol>
        <Note tone="warn" title="Afterwards">
          <ul id="act-after" class="foreign">
            {words.after.map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        </Note>
        {words.lacks && (
          <Note tone="warn" title="What this migration lacks">
            <ul id="act-lacks" class="foreign small">
              {words.lacks.map((text) => (
                <li key={text}>{text}</li>
              ))}
            </ul>
          </Note>
        )}
        {needsWaiver(act, view) && (
          <label class="waive">
            <input
              type="checkbox"
              checked={fields.waive}
              onChange={(event) => change({ waive: event.currentTarget.checked })}
            />
            <span>
              Go on in spite of what the comparison found (<code>verification-differences</code>). This is kept under
              your name, with your reason.
            </span>
          </label>
        )}
        {act === 'unfence' && lackingMode(view) === undefined && (
          <GoneNodes view={view} value={fields.gone} wrong={missing.gone} onChange={(gone) => change({ gone })} />
        )}
        <div class="field">
          <label for="act-group">
            Type the replication group's name: <code>{view.replicationGroupId}</code>
          </label>
          <input
            id="act-group"
            type="text"
            autocomplete="off"
            spellcheck={false}
            autocapitalize="off"
            value={fields.group}
            aria-invalid={missing.group !== undefined}
            aria-describedby={missing.group && 'act-group-wrong'}
            onInput={(event) => change({ group: event.currentTarget.value })}
          />
          {missing.group && (
            <p id="act-group-wrong" class="wrong">
              {missing.group}
            </p>
          )}
        </div>
        <div class="field">
          <label for="act-reason">Reason</label>
          <textarea
            id="act-reason"
            rows={2}
            value={fields.reason}
            aria-invalid={missing.reason !== undefined}
            aria-describedby={`act-reason-hint${missing.reason ? ' act-reason-wrong' : ''}`}
            onInput={(event) => change({ reason: event.currentTarget.value })}
          />
          <p id="act-reason-hint" class="hint">
            Kept with the migration, with who asks
          </p>
          {missing.reason && (
            <p id="act-reason-wrong" class="wrong">
              {missing.reason}
            </p>
          )}
        </div>
        <Standing view={view} isOffered={allowed || busy} />
        <div role="alert">
          {answer.problem && <ProblemNote problem={answer.problem} />}
          {answer.away !== undefined && <NoAnswer why={answer.away} />}
        </div>
        <div class="actions">
          <button type="submit" class={words.tone} aria-disabled={busy}>
            {busy ? 'Sending …' : words.button}
          </button>
          <button type="button" onClick={onClose}>
            {busy ? 'Close' : 'Cancel'}
          </button>
        </div>
        {busy && <p class="hint">It cannot be taken back any more. What comes of it is told on every page, too.</p>}
      </form>
    </Dialog>
  );
};
