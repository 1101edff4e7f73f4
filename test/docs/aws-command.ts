import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What the `aws` command came to. */
export interface AwsRun {
  words: string[];
  code: number;
  output: string;
}

/** For many commands one process: each of its own takes most of a second of processor time, before it does anything. */
const IN_ONE_PROCESS = `
import contextlib, io, json, sys
from awscli.clidriver import create_clidriver
def run(words):
    told = io.StringIO()
    with contextlib.redirect_stdout(told), contextlib.redirect_stderr(told):
        try:
            code = create_clidriver().main(words)
        except SystemExit as ended:
            code = ended.code
    return [code, told.getvalue()]
print(json.dumps([run(words) for words in json.loads(sys.argv[1])]))
`;

/** The Python that `aws` is a script of; nothing where it is none, as with AWS's own installer. */
const pythonOfAws = async (): Promise<string | undefined> => {
  const { stdout } = await run('bash', ['-c', 'pyenv which aws 2>/dev/null || command -v aws']);
  return /^#!(\S*python\S*)\n/.exec(readFileSync(stdout.trim(), 'latin1').slice(0, 200))?.[1];
};

/** Runs the `aws` command with each of these words, one after the other, in this process's environment and `env`. */
export const runAws = async (calls: readonly string[][], env: Record<string, string> = {}): Promise<AwsRun[]> => {
  const options = { env: { ...process.env, ...env }, maxBuffer: 1e7 };
  const python = await pythonOfAws();
  if (python) {
    const { stdout } = await run(python, ['-c', IN_ONE_PROCESS, JSON.stringify(calls)], options);
    const ran = JSON.parse(stdout) as [number, string][];
    return ran.map(([code, output], at) => ({ words: calls[at] as string[], code, output }));
  }
  const ran: AwsRun[] = [];
  for (const words of calls) {
    ran.push(
      await run('aws', words, options).then(
        ({ stdout, stderr }) => ({ words, code: 0, output: stdout + stderr }),
        (error: { code: number; stdout: string; stderr: string }) => ({
          words,
          code: error.code,
          output: error.stdout + error.stderr,
        }),
      ),
    );
  }
  return ran;
};

/** Those that the `aws` command does not take by its own model of the services. Nobody is called. */
export const refusedByAws = async (calls: readonly string[][]): Promise<AwsRun[]> => {
  const asked = calls.map((words) => words.map((word) => word.replace(/^file:\/\/.*/, '{}')));
  const ran = await runAws(asked.map((words) => [...words, '--generate-cli-skeleton']));
  return ran.filter(({ code }) => code !== 0);
};
