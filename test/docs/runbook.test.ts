import { describe, expect, it } from 'vitest';
import { commandsOf } from './commands.ts';
import { textOf } from './sources.ts';

const page = textOf('docs/runbook.md');
const commands = commandsOf(page);

/** Variables of the operator's: what a command uses, and no command before it has set. */
const unsetIn = (lines: readonly string[]): string[] => {
  const set = new Set<string>();
  return lines.flatMap((line) => {
    const unset = [...line.matchAll(/\$\{?([A-Z][A-Z_]*)/g)].flatMap(([, name = '']) =>
      set.has(name) ? [] : [`${name}: ${line}`],
    );
    for (const [, name = ''] of line.matchAll(/(?:^| )([A-Z][A-Z_]*)=/g)) set.add(name);
    return unset;
  });
};

describe('a command of the runbook', () => {
  it('uses what one before it has set, and nothing else', () => {
    expect(commands.length).toBeGreaterThan(40);
    expect(unsetIn(commands)).toEqual([]);
    // What stands on one line is expanded before any of it is set.
    expect(unsetIn(['aws x --a "$A"', 'export A=1 B="$A"', 'aws x --a "$A" --b "$B"'])).toEqual([
      'A: aws x --a "$A"',
      'A: export A=1 B="$A"',
    ]);
  });

  it('has no comment beside it, which zsh would take for words', () => {
    const fences = [...page.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, text = '']) => text);

    expect(fences.length).toBeGreaterThan(20);
    expect(fences.filter((text) => /(?:^|\s)#/m.test(text))).toEqual([]);
  });

  it('asks the service by the command line, which signs by whatever credentials there are', () => {
    expect(commands.filter((command) => command.startsWith('npx elasticache-migrator ')).length).toBeGreaterThan(10);
    expect(commands.filter((command) => command.includes('curl'))).toEqual([]);
  });

  it('reads logs by the functions that it sets up, which do not go through all that is kept', () => {
    const direct = commands.filter((command) => command.startsWith('aws logs '));
    const by = /^(?:logs "\$(?:API|BUS|TASK)_LOGS"|everywhere) '\{ \$\.[^']+ \}'(?: \d+)?$/;
    const reading = commands.filter((command) => /^(logs|everywhere) /.test(command));

    expect(direct).toEqual([]);
    expect(reading.length).toBeGreaterThan(5);
    expect(reading.filter((command) => !by.test(command))).toEqual([]);
  });
});
