import { Help } from 'commander';

const LEAST_WIDTH = 20;
/** A line that is pasted has to stay whole. */
const COMMAND = /elasticache-migrator |^ +aws /;

const broken = (helper: Help, text: string, width: number, indent: string): string =>
  helper
    .boxWrap(text, Math.max(LEAST_WIDTH, width - indent.length))
    .split('\n')
    .map((line) => indent + line)
    .join('\n');

/** For commander, which breaks no description where its terms leave little room: there it goes below its term. */
export const HELP_LAYOUT: Partial<Help> = {
  minWidthToWrap: LEAST_WIDTH,
  formatItem(this: Help, term, termWidth, description, helper) {
    const width = this.helpWidth ?? 80;
    if (width - termWidth - 4 >= LEAST_WIDTH)
      return Help.prototype.formatItem.call(this, term, termWidth, description, helper);
    return `${broken(helper, term, width, '  ')}\n${broken(helper, description, width, '    ')}`;
  },
};

/** What stands below the options: words go on below, as far in, and commands stay as they are. */
export const folded = (text: string, width: number): string => {
  const helper = Object.assign(new Help(), { minWidthToWrap: LEAST_WIDTH });
  return text
    .split('\n')
    .map((line) => {
      if (line.length <= width || COMMAND.test(line)) return line;
      return broken(helper, line.trimStart(), width, /^ */.exec(line)?.[0] ?? '');
    })
    .join('\n');
};
