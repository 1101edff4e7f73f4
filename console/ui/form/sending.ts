import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useLocation } from 'preact-iso/router';
import { tellLate } from '../acts/late.tsx';
import { announce } from '../data/announce.tsx';
import { ApiAway, ApiProblem, type Problem, post } from '../data/api.ts';
import { plain } from '../parts/text.ts';
import { bodyOf, type Values } from './values.ts';
import { type Wrong, wrongOf } from './violations.ts';

export interface FormAnswer {
  problem?: Problem;
  /** No answer came, for this reason. */
  away?: string;
}

const NOTHING: Wrong = {};

/**
 * Sends the form. It has one Idempotency-Key for its life, so that sending it again after an answer was lost starts nothing
 * twice.
 */
export const useSending = () => {
  const { route } = useLocation();
  const [answer, setAnswer] = useState<FormAnswer>({});
  const [righted, setRighted] = useState<string[]>([]);
  const [busy, setBusy] = useState(false);
  const isGone = useRef(false);
  useLayoutEffect(
    () => () => {
      isGone.current = true;
    },
    [],
  );
  const key = useRef(crypto.randomUUID() as string);

  const found = useMemo(() => (answer.problem ? wrongOf(answer.problem.violations ?? []) : NOTHING), [answer]);
  const shown = useMemo(
    () => Object.fromEntries(Object.entries(found).filter(([pointer]) => !righted.includes(pointer))),
    [found, righted],
  );

  const send = async (values: Values) => {
    if (busy) return;
    const what = `The ${values.dryRun ? 'dry run' : 'migration'} of ${values.replicationGroupId || 'no group'}`;
    const tell = (told: FormAnswer) => (isGone.current ? tellLate({ ...told, what: plain(what) }) : setAnswer(told));
    setBusy(true);
    setAnswer({});
    setRighted([]);
    try {
      const { migrationId } = await post('acceptance', '/migrations', bodyOf(values), {
        'idempotency-key': key.current,
      });
      announce(`Migration ${migrationId} is accepted`);
      // Whoever has gone elsewhere meanwhile is not called back.
      if (!isGone.current) route(`/console/migrations/${encodeURIComponent(migrationId)}`);
    } catch (error) {
      setBusy(false);
      if (error instanceof ApiProblem) tell({ problem: error.problem });
      else if (error instanceof ApiAway) tell({ away: error.message });
      else throw error;
    }
  };

  return {
    answer,
    wrong: { found, shown },
    busy,
    send,
    /** Whatever was wrong with this field, or in it, may be right now. */
    right: (pointer: string) => {
      const now = Object.keys(found).filter((one) => one === pointer || one.startsWith(`${pointer}/`));
      if (now.length > 0) setRighted((before) => [...before, ...now]);
    },
    anotherKey: () => {
      key.current = crypto.randomUUID();
      setAnswer({});
    },
  };
};
