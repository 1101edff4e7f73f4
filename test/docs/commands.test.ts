import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ruleOf } from './command-rules.ts';
import { commandsIn, commandsOf, documentedCommands } from './commands.ts';
import { textOf } from './sources.ts';

const run = promisify(execFile);
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const documented = documentedCommands();

describe('commandsIn', () => {
  it('keeps quotes and continued lines together, and leaves comments out', () => {
    const script = `# what it is\nexport A=1   # one\ncurl "$A#b" -d '{\n  "it": "is" }' \\\n  --more\n`;

    expect(commandsIn(script)).toEqual(['export A=1', `curl "$A#b" -d '{\n  "it": "is" }' \\\n  --more`]);
  });
});

describe('commandsOf', () => {
  it('reads fences without a language as well, and answers not', () => {
    const page = [
      '```\naws sqs list-queues\nexport A=1\n```',
      '```\n$ npx elasticache-migrator doctor\nok    identity\n```',
      '```\nfields @timestamp\n| limit 1\n```',
      '```json\n{ "aws": 1 }\n```',
    ];

    expect(commandsOf(page.join('\n\n'))).toEqual([
      'aws sqs list-queues',
      'export A=1',
      'npx elasticache-migrator doctor',
    ]);
  });
});

describe('every command of the pages', () => {
  it('is run by a test', () => {
    expect(documented.length).toBeGreaterThan(30);
    expect(documented.filter(({ command }) => !ruleOf(command))).toEqual([]);
  });

  it('that another file runs is there', () => {
    const lost = documented.filter(({ command }) => {
      const rule = ruleOf(command);
      return rule && 'as' in rule && !textOf(rule.by).includes(rule.as);
    });

    expect(lost).toEqual([]);
  });

  it('that runs for long has its options in its help', async () => {
    const long = documented.filter(({ command }) => ruleOf(command)?.by === 'help').map(({ command }) => command);
    const scripts = [...new Set(long.map((command) => command.split(' ')[2] as string))];
    const helps = new Map(
      await Promise.all(
        scripts.map(async (script) => {
          const { stdout } = await run('npm', ['run', '-s', script, '--', '--help'], { cwd: ROOT });
          return [script, `${stdout} --help`] as const;
        }),
      ),
    );
    const unknown = long.flatMap((command) => {
      const help = helps.get(command.split(' ')[2] as string) ?? '';
      return (command.match(/ --\w[\w-]*/g) ?? []).filter((option) => !help.includes(option.trim()));
    });

    expect(scripts).not.toEqual([]);
    expect(unknown).toEqual([]);
  });
});
