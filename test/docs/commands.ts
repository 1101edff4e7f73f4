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

/** What a line of a shell begins with, whatever its fence is called. */
const TYPED = /^(?:\$ )?(?:aws|curl|sam|npm|npx|redis-cli|export) /m;

/** The commands of a fence: all of it, or what stands behind the prompts where it shows answers too. */
const scriptOf = (language: string, text: string): string => {
  if (language === 'sh') return text;
  if (!TYPED.test(text)) return '';
  const typed = text.split('\n').filter((line) => line.startsWith('$ '));
  return typed.length > 0 ? typed.map((line) => line.slice(2)).join('\n') : text;
};

/** Every command in the fences of a page, in their order. */
export const commandsOf = (markdown: string): string[] =>
  [...markdown.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].flatMap(([, language = '', text = '']) =>
    commandsIn(scriptOf(language, text)),
  );

/** Every command of every page. */
export const documentedCommands = (): Documented[] =>
  PAGES.flatMap((page) => commandsOf(textOf(page)).map((command) => ({ page, command })));
