import { ChoiceField, Field, TextField } from './field.tsx';
import type { Section } from './section.ts';

/** What every request says. */
export const Basics = ({ values, change }: Section) => (
  <>
    <fieldset class="kinds">
      <legend class="label">What to start</legend>
      <label>
        <input type="radio" name="kind" checked={values.dryRun} onChange={() => change('/dryRun', { dryRun: true })} />
        <span>
          <strong>Dry run</strong> checks everything, changes nothing
        </span>
      </label>
      <label>
        <input
          type="radio"
          name="kind"
          checked={!values.dryRun}
          onChange={() => change('/dryRun', { dryRun: false })}
        />
        <span>
          <strong>Migration</strong> replaces the target's data
        </span>
      </label>
    </fieldset>
    <TextField
      pointer="/replicationGroupId"
      label="Replication group (the target)"
      hint="Its id in ElastiCache. Its data are replaced."
      value={values.replicationGroupId}
      onChange={(replicationGroupId) => change('/replicationGroupId', { replicationGroupId })}
    />
    <div class="endpoint">
      <TextField
        pointer="/customerNodeEndpointList/0/address"
        label="Address of the source"
        hint="The primary of your Redis or Valkey, as ElastiCache reaches it"
        placeholder="10.0.0.5"
        value={values.address}
        onChange={(address) => change('/customerNodeEndpointList/0/address', { address })}
      />
      <TextField
        pointer="/customerNodeEndpointList/0/port"
        label="Port"
        inputMode="numeric"
        value={values.port}
        onChange={(port) => change('/customerNodeEndpointList/0/port', { port })}
      />
    </div>
    <ChoiceField
      pointer="/cutover/mode"
      label="Cutover"
      value={values.cutoverMode}
      choices={[
        ['manual', 'when I ask for it'],
        ['automatic', 'by itself, once it is in sync and verified'],
      ]}
      onChange={(cutoverMode) => change('/cutover/mode', { cutoverMode })}
    />
    <Field pointer="/reason" label="Reason" hint="Kept with the migration, and in its events">
      {(attributes) => (
        <textarea
          {...attributes}
          rows={2}
          value={values.reason}
          onInput={(event) => change('/reason', { reason: event.currentTarget.value })}
        />
      )}
    </Field>
  </>
);
