import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** What bash makes of a command that is pasted: its words. */
export const pasted = async (command: string): Promise<string[]> => {
  const { stdout } = await promisify(execFile)('bash', ['-c', `printf '%s\\0' ${command}`], {
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
  });
  return stdout.split('\0').slice(0, -1);
};

/** Words as they are written in a test: split at spaces, with single quotes around those that have some. */
export const split = (line: string): string[] =>
  line.match(/'[^']*'|\S+/g)?.map((word) => word.replace(/^'(.*)'$/, '$1')) ?? [];
