import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { MigrationView } from '../../../functions/migration/view.ts';
import { announce } from '../data/announce.tsx';
import { ApiAway, ApiProblem, type Problem, post } from '../data/api.ts';
import { actBody, type Fields } from './body.ts';
import { isUnfencePending, NOBODY, readGivenUp } from './give-up.ts';
import { tellLate } from './late.tsx';
import { actWords } from './words.ts';

interface Missing {
  group?: string;
  reason?: string;
  gone?: string;
}

export interface ActAnswer {
  problem?: Problem;
  /** No answer came, for this reason. */
  away?: string;
}

const BLANK: Fields = { group: '', reason: '', waive: false, gone: NOBODY };

export interface Outcomes {
  onDone(view: MigrationView): void;
  /** In place of it where the dialog is gone by then. */
  onChanged(view: MigrationView): void;
}

/** What is typed into the dialog of an act, and what comes back. Nothing is sent before the group's name and a reason are there. */
export const useAsking = (act: string, view: MigrationView, { onDone, onChanged }: Outcomes) => {
  const [fields, setFields] = useState(BLANK);
  const [missing, setMissing] = useState<Missing>({});
  const [answer, setAnswer] = useState<ActAnswer>({});
  const [busy, setBusy] = useState(false);

  const [tries, setTries] = useState(0);

  // Only after a try: whoever corrects one field is not to be taken to another.
  useEffect(() => {
    const { group, reason, gone } = missing;
    const first = gone ? 'act-gone' : group ? 'act-group' : reason ? 'act-reason' : undefined;
    if (first) document.getElementById(first)?.focus();
  }, [tries]);

  const isGone = useRef(false);
  // In the layout phase, as the dialog closes: an answer that comes before the next paint is late, too.
  useLayoutEffect(
    () => () => {
      isGone.current = true;
    },
    [],
  );

  // It was ticked for the differences of that report, and not for those of another.
  const { verifiedAt } = view.verification.report ?? {};
  useLayoutEffect(() => setFields((before) => ({ ...before, waive: false })), [verifiedAt]);

  const { button: what } = actWords(act, view);
  const { migrationId } = view;
  const tell = (told: ActAnswer) => (isGone.current ? tellLate({ ...told, what, migrationId }) : setAnswer(told));

  const send = async () => {
    if (busy) return;
    const lacking = lackingIn(act, fields, view);
    setMissing(lacking);
    setTries((before) => before + 1);
    if (Object.keys(lacking).length > 0) return;
    setBusy(true);
    setAnswer({});
    try {
      const path = `/migrations/${encodeURIComponent(migrationId)}/${encodeURIComponent(act)}`;
      const changed = await post('migration', path, actBody(act, fields, view));
      announce(`Asked for: ${what}`);
      if (isGone.current) onChanged(changed);
      else onDone(changed);
    } catch (error) {
      if (error instanceof ApiProblem) tell({ problem: error.problem });
      else if (error instanceof ApiAway) tell({ away: error.message });
      else throw error;
    } finally {
      setBusy(false);
    }
  };

  const change = (changed: Partial<Fields>) => {
    setFields((before) => ({ ...before, ...changed }));
    // What is being corrected is not wrong any more; what else is, stays so.
    setMissing(({ group, reason, gone }) => ({
      ...(group && !('group' in changed) && { group }),
      ...(reason && !('reason' in changed) && { reason }),
      ...(gone && !('gone' in changed) && { gone }),
    }));
  };
  return { fields, change, missing, answer, busy, send };
};

const lackingIn = (act: string, { group, reason, waive, gone }: Fields, view: MigrationView): Missing => {
  const { replicationGroupId } = view;
  const nodes = act === 'unfence' ? readGivenUp(gone) : undefined;
  const wrong = nodes && 'wrong' in nodes ? nodes.wrong : undefined;
  const isEmpty = nodes && 'giveUp' in nodes && nodes.giveUp.length === 0;
  const isAgain = isUnfencePending(view) && isEmpty;
  return {
    ...(wrong && { gone: wrong }),
    ...(isAgain && { gone: 'It goes on already: name the node that is gone for good.' }),
    ...(group.trim().toLowerCase() !== replicationGroupId && { group: `Type ${replicationGroupId} to go on.` }),
    ...(reason.trim() === '' && { reason: waive ? 'Whoever waives says why.' : 'Say why: it is kept.' }),
  };
};
