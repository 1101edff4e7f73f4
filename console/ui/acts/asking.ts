import { useEffect, useState } from 'preact/hooks';
import type { MigrationView } from '../../../functions/migration/view.ts';
import { announce } from '../data/announce.tsx';
import { ApiAway, ApiProblem, type Problem, post } from '../data/api.ts';
import { actWords } from './words.ts';

interface Fields {
  group: string;
  reason: string;
  waive: boolean;
}

interface Missing {
  group?: string;
  reason?: string;
}

interface ActAnswer {
  problem?: Problem;
  /** No answer came, for this reason. */
  away?: string;
}

const BLANK: Fields = { group: '', reason: '', waive: false };

/** What is typed into the dialog of an act, and what comes back. Nothing is sent before the group's name and a reason are there. */
export const useAsking = (act: string, view: MigrationView, onDone: (view: MigrationView) => void) => {
  const [fields, setFields] = useState(BLANK);
  const [missing, setMissing] = useState<Missing>({});
  const [answer, setAnswer] = useState<ActAnswer>({});
  const [busy, setBusy] = useState(false);

  const [tries, setTries] = useState(0);

  // Only after a try: whoever corrects one field is not to be taken to another.
  useEffect(() => {
    const first = missing.group ? 'act-group' : missing.reason ? 'act-reason' : undefined;
    if (first) document.getElementById(first)?.focus();
  }, [tries]);

  const send = async () => {
    const lacking = lackingIn(fields, view);
    setMissing(lacking);
    setTries((before) => before + 1);
    if (busy || Object.keys(lacking).length > 0) return;
    setBusy(true);
    setAnswer({});
    const body = { reason: fields.reason.trim(), ...(fields.waive && { waivers: ['verification-differences'] }) };
    try {
      const path = `/migrations/${encodeURIComponent(view.migrationId)}/${encodeURIComponent(act)}`;
      const { body: changed } = await post<MigrationView>(path, body);
      announce(`Asked for: ${actWords(act, view).button}`);
      onDone(changed);
    } catch (error) {
      if (error instanceof ApiProblem) setAnswer({ problem: error.problem });
      else if (error instanceof ApiAway) setAnswer({ away: error.message });
      else throw error;
    } finally {
      setBusy(false);
    }
  };

  const change = (changed: Partial<Fields>) => {
    setFields((before) => ({ ...before, ...changed }));
    // What is being corrected is not wrong any more; what else is, stays so.
    setMissing(({ group, reason }) => ({
      ...(group && !('group' in changed) && { group }),
      ...(reason && !('reason' in changed) && { reason }),
    }));
  };
  return { fields, change, missing, answer, busy, send };
};

const lackingIn = ({ group, reason, waive }: Fields, { replicationGroupId }: MigrationView): Missing => ({
  ...(group.trim().toLowerCase() !== replicationGroupId && { group: `Type ${replicationGroupId} to go on.` }),
  ...(reason.trim() === '' && { reason: waive ? 'Whoever waives says why.' : 'Say why: it is kept.' }),
});
