import { paste } from '../e2e/processes.ts';

const [COMMAND, WORD] = ['\x1e', '\x1f'];

/**
 * What a shell makes of a script: the words of each call of `aws`, in order, wherever it stands. None is called.
 * @throws Error where the script itself fails
 */
export const awsCallsOf = async (script: string): Promise<string[][]> => {
  const noted = `aws() { { printf '\\x1e'; printf '\\x1f%s' "$@"; } >&9; }`;
  const told = await paste(`set -euo pipefail\n${noted}\nexec 9>&1 >/dev/null\n${script}`);
  return told
    .split(COMMAND as string)
    .slice(1)
    .map((call) => call.split(WORD as string).slice(1));
};
