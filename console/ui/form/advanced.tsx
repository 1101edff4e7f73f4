import type { ComponentChildren } from 'preact';
import { useContext, useEffect, useRef } from 'preact/hooks';
import { DEFAULT_CUTOVER } from '../../../functions/migration/fence.ts';
import { DEFAULT_SAMPLE_KEYS, DEFAULT_VERIFICATION } from '../../../functions/migration/verification.ts';
import { ChoiceField, TextField, WrongContext } from './field.tsx';
import type { Section } from './section.ts';

/** Closed until it is wanted, or holds something wrong. */
export const Group = ({
  title,
  hint,
  under,
  children,
}: {
  title: string;
  hint: string;
  /** Where the pointers of its fields begin. */
  under: string[];
  children: ComponentChildren;
}) => {
  const at = useRef<HTMLDetailsElement>(null);
  const wrong = useContext(WrongContext);
  const isWrong = Object.keys(wrong).some((pointer) => under.some((start) => pointer.startsWith(start)));
  useEffect(() => {
    if (isWrong && at.current) at.current.open = true;
  }, [wrong, isWrong]);
  return (
    <details ref={at} class="group">
      <summary>
        <span class="label">{title}</span> <span class="muted small">{hint}</span>
      </summary>
      <div class="fields">{children}</div>
    </details>
  );
};

export const CutoverFields = ({ values, change }: Section) => (
  <Group
    title="Cutover"
    hint="fence, budgets"
    under={['/cutover/fence', '/cutover/drain', '/cutover/promotion', '/cutover/quiet']}
  >
    <ChoiceField
      pointer="/cutover/fence"
      label="Fence"
      hint="What keeps clients from writing to the source for good"
      value={values.fence}
      choices={[
        ['auto', 'auto: the best that the source allows'],
        ['acl', 'acl: rules for its users'],
        ['minReplicas', 'minReplicas: min-replicas-to-write'],
        ['none', 'none: my word that nobody writes'],
      ]}
      onChange={(fence) => change('/cutover/fence', { fence })}
    />
    <TextField
      pointer="/cutover/drainBudgetMs"
      label="Drain budget, ms"
      hint="From the freeze to CompleteMigration, at the most; later than that it is backed out"
      inputMode="numeric"
      placeholder={String(DEFAULT_CUTOVER.drainBudgetMs)}
      value={values.drainBudgetMs}
      onChange={(drainBudgetMs) => change('/cutover/drainBudgetMs', { drainBudgetMs })}
    />
    <TextField
      pointer="/cutover/promotionBudgetSeconds"
      label="Promotion budget, s"
      hint="From CompleteMigration to the promotion; then it is told to be in doubt"
      inputMode="numeric"
      placeholder="as deployed"
      value={values.promotionBudgetSeconds}
      onChange={(promotionBudgetSeconds) => change('/cutover/promotionBudgetSeconds', { promotionBudgetSeconds })}
    />
    <TextField
      pointer="/cutover/quietSeconds"
      label="Quiet, s"
      hint="It closes when nobody has turned to the old primary for so long"
      inputMode="numeric"
      placeholder={String(DEFAULT_CUTOVER.quietSeconds)}
      value={values.quietSeconds}
      onChange={(quietSeconds) => change('/cutover/quietSeconds', { quietSeconds })}
    />
  </Group>
);

export const VerificationFields = ({ values, change }: Section) => (
  <Group title="Verification" hint="how much is compared, how fast" under={['/verification']}>
    <ChoiceField
      pointer="/verification/mode"
      label="Compare"
      value={values.verificationMode}
      choices={[
        ['full', 'full: every key of both sides'],
        ['sample', 'sample: some keys of each side'],
        ['none', 'none: nothing'],
      ]}
      onChange={(verificationMode) => change('/verification/mode', { verificationMode })}
    />
    {values.verificationMode === 'sample' && (
      <TextField
        pointer="/verification/sampleKeys"
        label="Keys of each side"
        inputMode="numeric"
        placeholder={String(DEFAULT_SAMPLE_KEYS)}
        value={values.sampleKeys}
        onChange={(sampleKeys) => change('/verification/sampleKeys', { sampleKeys })}
      />
    )}
    {values.verificationMode !== 'none' && (
      <>
        <TextField
          pointer="/verification/maxKeysPerSecond"
          label="Keys a second, at the most"
          hint="Over both directions: what the source may be burdened with"
          inputMode="numeric"
          placeholder={String(DEFAULT_VERIFICATION.maxKeysPerSecond)}
          value={values.maxKeysPerSecond}
          onChange={(maxKeysPerSecond) => change('/verification/maxKeysPerSecond', { maxKeysPerSecond })}
        />
        <TextField
          pointer="/verification/freshForMinutes"
          label="Fresh for, minutes"
          hint="A cutover on an older result verifies again first"
          inputMode="numeric"
          placeholder={String(DEFAULT_VERIFICATION.freshForMinutes)}
          value={values.freshForMinutes}
          onChange={(freshForMinutes) => change('/verification/freshForMinutes', { freshForMinutes })}
        />
        <TextField
          pointer="/verification/ttlToleranceMs"
          label="Tolerance of expiries, ms"
          hint="Two expiries so close count as equal"
          inputMode="numeric"
          placeholder="what the versions need"
          value={values.ttlToleranceMs}
          onChange={(ttlToleranceMs) => change('/verification/ttlToleranceMs', { ttlToleranceMs })}
        />
      </>
    )}
  </Group>
);
