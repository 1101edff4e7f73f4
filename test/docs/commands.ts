import { PAGES, textOf } from './sources.ts';

/** A command as a page has it, to be pasted. */
interface Documented {
  page: string;
  command: string;
}

type Quote = '"' | "'" | undefined;

/** The text without a comment at its end, and the quotes that are open behind it. */
const read = (line: string, open: Quote): { text: string; open: Quote } => {
  let quote = open;
  for (let at = 0; at < line.length; at++) {
    const character = line[at];
    if (quote) {
      if (character === '\\' && quote === '"') at++;
      else if (character === quote) quote = undefined;
    } else if (character === '\\') at++;
    else if (character === '"' || character === "'") quote = character;
    else if (character === '#' && (at === 0 || line[at - 1] === ' ')) {
      return { text: line.slice(0, at).trimEnd(), open: undefined };
    }
  }
  return { text: line, open: quote };
};

/** Splits what a shell would read into its commands, each with all of its lines. */
export const commandsIn = (script: string): string[] => {
  const commands: string[] = [];
  let lines: string[] = [];
  let open: Quote;
  for (const line of script.split('\n')) {
    const { text, open: left } = read(line, open);
    open = left;
    lines.push(text);
    if (open || text.endsWith('\\')) continue;
    const command = lines.join('\n').trim();
    if (command) commands.push(command);
    lines = [];
  }
  return commands;
};

/** Every command in a fence of `sh`, page by page in their order. */
export const documentedCommands = (): Documented[] =>
  PAGES.flatMap((page) =>
    [...textOf(page).matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, script = '']) =>
      commandsIn(script).map((command) => ({ page, command })),
    ),
  );
