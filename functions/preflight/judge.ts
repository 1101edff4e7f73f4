import {
  type CheckId,
  type Finding,
  PREFLIGHT_CHECKS,
  type PreflightResult,
  type Severity,
} from '../migration/preflight.ts';
import { sentence } from '../migration/sentence.ts';
import { CATALOGUE } from './catalogue.ts';
import type { Broken, Check } from './check.ts';
import type { Circumstances, FactName, Facts, FactValues } from './facts.ts';
import { figuresOf } from './figures.ts';
import { forecastSync } from './forecast.ts';
import { listed, shown } from './text.ts';
import { OUT_OF_REACH, UNREAD, type UnreadFact, unreadFact } from './unread.ts';
import { UnreadableFieldError } from './unreadable.ts';

/** What a person reads of one finding; and what fits an event with dozens of them. */
const MOST_FOUND = 600;
const MOST_REMEDY = 600;
const MOST_REMEDIES = 12;

const ORDER = Object.keys(PREFLIGHT_CHECKS) as CheckId[];
const SEVERITY_ORDER: readonly Severity[] = ['blocking', 'warning', 'info'];

/**
 * Asks every check of the catalogue that has its facts. A fact that could not be read is one finding, which names the checks
 * that were not made for it: nothing passes in silence. A fact that is moot is silent, for another one says why.
 */
export const judge = (facts: Facts, asked: Circumstances, waivers: readonly CheckId[]): PreflightResult => {
  const circumstances = { ...asked, keepsNothing: waivers.includes('fence-not-durable') };
  const verdicts = CATALOGUE.map((check) => verdictOf(check, facts, circumstances));
  const broken = verdicts.flatMap(({ check, broken }) => (broken ? [findingOf(check, broken)] : []));
  const findings = merged([...broken, ...unreadFindings(facts, verdicts), ...beyondReach(facts, verdicts)])
    .map((finding) => (isWaived(finding.id, waivers) ? { ...finding, waived: true as const } : finding))
    .sort(byWeight);
  return {
    verdict: findings.some((finding) => rankOf(finding) === 0) ? 'failed' : 'passed',
    checkedAt: new Date(circumstances.nowMs).toISOString(),
    checks: verdicts.filter(({ made }) => made).length,
    findings,
    waivers: [...waivers],
    figures: figuresOf(facts, circumstances),
    forecast: forecastSync(facts, circumstances),
  };
};

interface Verdict {
  check: Check;
  /** False when a fact was missing for it. */
  made: boolean;
  broken?: Broken;
  /** A field of a fact that the rule could not use. */
  unreadable?: UnreadableFieldError;
}

const verdictOf = (check: Check, facts: Facts, circumstances: Circumstances): Verdict => {
  if (!check.needs.every((name) => 'value' in facts[name])) return { check, made: false };
  const read = [...check.needs, ...(check.mayUse ?? [])].flatMap((name) => {
    const fact = facts[name];
    return 'value' in fact ? [[name, fact.value] as const] : [];
  });
  try {
    const broken = check.rule(Object.fromEntries(read) as unknown as FactValues, circumstances);
    return { check, made: true, ...(broken && { broken }) };
  } catch (error) {
    if (!(error instanceof UnreadableFieldError)) throw error;
    return { check, made: false, unreadable: error };
  }
};

const findingOf = ({ id, title, required, because }: Check, { found, remedy }: Broken): Finding => ({
  id,
  severity: PREFLIGHT_CHECKS[id].severity,
  title,
  found: shown(found, MOST_FOUND),
  required,
  remedy: remedy.filter(canBePasted).slice(0, MOST_REMEDIES),
  because,
});

/** A line that would have to be cut or cleaned is another command than was meant. */
const canBePasted = (line: string): boolean => shown(line, MOST_REMEDY) === line;

/** One for each fact that could not be read, in whole or in a part that a rule asked for. */
const unreadFindings = (facts: Facts, verdicts: readonly Verdict[]): Finding[] =>
  (Object.keys(UNREAD) as FactName[]).flatMap((name) => {
    const fact = facts[name];
    const whole = 'unreadable' in fact ? [fact.unreadable] : [];
    const parts = verdicts.flatMap(({ unreadable }) => (unreadable?.fact === name ? [unreadable.detail] : []));
    const reasons = [...new Set([...whole, ...parts])];
    const unmade = verdicts.filter(
      ({ check, made, unreadable }) =>
        unreadable?.fact === name || (!made && whole.length > 0 && check.needs.includes(name)),
    );
    return reasons.length > 0 ? [unreadFinding(unreadFact(name, facts), reasons, unmade)] : [];
  });

const unreadFinding = (
  { id, what, required }: UnreadFact,
  reasons: readonly string[],
  unmade: readonly Verdict[],
): Finding => {
  const why = sentence(
    listed(
      reasons.map((reason) => shown(reason, 160)),
      3,
    ),
  );
  const ids = unmade.map(({ check }) => check.id);
  return {
    id,
    severity: PREFLIGHT_CHECKS[id].severity,
    title: `This could not be read: ${what}.`,
    found: shown(ids.length > 0 ? `${why} Not checked: ${listed(ids, 20)}.` : why, MOST_FOUND),
    required,
    remedy: [],
    because: { text: 'What was not read was not checked, and nothing passes in silence' },
  };
};

/** One for all that only servers would tell, where none can be reached. It names every check that was not made for it. */
const beyondReach = (facts: Facts, verdicts: readonly Verdict[]): Finding[] => {
  const isBeyond = (name: FactName): boolean => 'outOfReach' in facts[name];
  const unmade = verdicts.filter(({ check, made }) => !made && check.needs.some(isBeyond)).map(({ check }) => check.id);
  if (unmade.length === 0) return [];
  const { id, required } = OUT_OF_REACH;
  return [
    {
      id,
      severity: PREFLIGHT_CHECKS[id].severity,
      title: 'No server was looked at: this stack has no VPC, and works in API-only mode.',
      found: `Whether the target holds data, which StartMigration erases, is not known either. Not checked: ${unmade.join(', ')}.`,
      required,
      remedy: [],
      because: { text: 'What was not read was not checked, and nothing passes in silence' },
    },
  ];
};

/** An unread fact may have the id of a check that speaks too: one finding, with what both saw. */
const merged = (findings: readonly Finding[]): Finding[] => {
  const byId = new Map<CheckId, Finding>();
  for (const finding of findings) {
    const other = byId.get(finding.id);
    byId.set(finding.id, other ? { ...other, found: shown(`${other.found} ${finding.found}`, MOST_FOUND) } : finding);
  }
  return [...byId.values()];
};

const isWaived = (id: CheckId, waivers: readonly CheckId[]): boolean =>
  waivers.includes(id) && PREFLIGHT_CHECKS[id].waivable === 'byName';

/** What ends the migration comes first, then by severity. */
const rankOf = ({ severity, waived }: Finding): number =>
  severity === 'blocking' && !waived ? 0 : 1 + SEVERITY_ORDER.indexOf(severity);

const byWeight = (one: Finding, other: Finding): number =>
  rankOf(one) - rankOf(other) || ORDER.indexOf(one.id) - ORDER.indexOf(other.id);
