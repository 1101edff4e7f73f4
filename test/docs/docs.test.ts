import { describe, expect, it } from 'vitest';
import { UPSTREAM_PROBLEMS } from '../../console/server/problem.ts';
import { PROBLEMS } from '../../functions/adapters/problem.ts';
import { OUTCOMES, PHASES, STATUSES } from '../../functions/migration/status.ts';
import { detailTypeOf, machines } from '../template/machine.ts';
import { clientErrorClasses, errorClasses, ownNames } from './errors.ts';
import { headingsOf, sectionOf, tableOf, textOf } from './sources.ts';

const errors = textOf('docs/errors.md');
const states = textOf('docs/states.md');
const classes = [...errorClasses(), ...clientErrorClasses()];

describe('docs/errors.md', () => {
  it('has a heading for every code, for every name without one, and no other', () => {
    const wanted = [...classes.map(({ name, code }) => code ?? name), ...ownNames(), 'internal-error'];

    expect(headingsOf(errors, 3).sort()).toEqual(wanted.sort());
  });

  it('has no code twice', () => {
    const codes = classes.flatMap(({ code }) => code ?? []);

    expect(new Set(codes).size).toBe(codes.length);
  });

  it.each(classes.filter(({ code }) => code))(
    'names $name under $code, with its HTTP status',
    ({ name, code = '', status: own }) => {
      const section = sectionOf(errors, code);
      const status = own ?? PROBLEMS[code]?.status ?? UPSTREAM_PROBLEMS[code]?.status;

      expect(section).toContain(`\`${name}\``);
      expect(/HTTP (\d+)/.exec(section)?.[1]).toBe(status === undefined ? undefined : String(status));
    },
  );

  it('says under every heading what to do', () => {
    expect(headingsOf(errors, 3).filter((heading) => !/^Do: .+/m.test(sectionOf(errors, heading)))).toEqual([]);
  });

  it('is where the problems link to', () => {
    expect(Object.keys(PROBLEMS).filter((code) => sectionOf(errors, code) === '')).toEqual([]);
  });
});

describe('docs/states.md', () => {
  const terminal = OUTCOMES.map((outcome) => `Migration${outcome[0]?.toUpperCase()}${outcome.slice(1)}`);

  it.each([
    ['migration' as const, textOf('README.md'), 'States'],
    ['settlement' as const, states, "The settlement's state machine"],
  ])('and the README have the states of the %s machine, in its order, with their events', (file, text, heading) => {
    const machine = machines.find((one) => one.file === file);
    const rows = tableOf(sectionOf(text, heading));
    const real = (machine?.states ?? []).map(([name, state]) => {
      const type = detailTypeOf(state);
      return [name, type === undefined ? [] : type.startsWith('{%') ? terminal.toSorted() : [type]];
    });

    expect(rows.map(([name, , , event = '']) => [name, event === '–' ? [] : event.split(', ').sort()])).toEqual(real);
    expect(rows.filter((row) => row.length !== 5 || row.some((cell) => cell === ''))).toEqual([]);
  });

  it('says of the ends and of the line who brings them about', () => {
    const meaningOf = (name: string) =>
      tableOf(sectionOf(states, 'Status in the view')).find(([status]) => status === name)?.[1];

    expect(meaningOf('aborted')).toContain('POST /migrations/{id}/abort');
    expect(meaningOf('accepted')).toContain('waitingFor');
  });

  it('has every status and phase of the view', () => {
    expect(tableOf(sectionOf(states, 'Status in the view')).map(([status]) => status)).toEqual([...STATUSES]);
    expect(tableOf(sectionOf(states, 'Phase in the view')).map(([phase]) => phase)).toEqual([...PHASES]);
  });
});
