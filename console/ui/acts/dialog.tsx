import type { MigrationView } from '../../../functions/migration/view.ts';
import { Dialog } from '../parts/dialog.tsx';
import { Note } from '../parts/note.tsx';
import { ProblemNote } from '../parts/problem.tsx';
import { useAsking } from './asking.ts';
import { needsWaiver } from './waivable.ts';
import { actWords } from './words.ts';

/** Says what an act will do, asks whether it is meant, and sends it. */
export const ActDialog = ({
  act,
  view,
  onClose,
  onDone,
}: {
  act: string;
  view: MigrationView;
  onClose(): void;
  onDone(view: MigrationView): void;
}) => {
  const words = actWords(act, view);
  const { fields, change, missing, answer, busy, send } = useAsking(act, view, onDone);
  const allowed = (view.allowedActions as string[]).includes(act);
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
        {!allowed && !busy && (
          <Note tone="danger" title="It is not offered any more">
            <p class="foreign">{view.statusReason}</p>
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
        <div role="alert">
          {answer.problem && <ProblemNote problem={answer.problem} />}
          {answer.away !== undefined && (
            <Note tone="warn" title="No answer came">
              <p>
                Whether it was taken is not known. {answer.away} The page behind this shows it as soon as the API
                answers; asked for twice, it is refused.
              </p>
            </Note>
          )}
        </div>
        <div class="actions">
          <button type="submit" class={words.tone} disabled={busy}>
            {busy ? 'Sending …' : words.button}
          </button>
          <button type="button" onClick={onClose}>
            Cancel
          </button>
        </div>
      </form>
    </Dialog>
  );
};
