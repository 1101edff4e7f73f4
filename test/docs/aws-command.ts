import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What the `aws` command came to. */
export interface AwsRun {
  words: string[];
  code: number;
  output: string;
}

/** Each command has a session of its own; what was read of AWS's models, most of what it costs, serves all of them. */
const DRIVER = `
import contextlib, io, json, sys
from awscli.clidriver import create_clidriver
models = []
def driver():
    made = create_clidriver()
    if models:
        made.session.register_component('data_loader', models[0])
    else:
        models.append(made.session.get_component('data_loader'))
    return made
`;

/** For many commands one process: each of its own takes most of a second of processor time, before it does anything. */
const IN_ONE_PROCESS = `${DRIVER}
def run(words):
    told = io.StringIO()
    with contextlib.redirect_stdout(told), contextlib.redirect_stderr(told):
        try:
            code = driver().main(words)
        except SystemExit as ended:
            code = ended.code
    return [code, told.getvalue()]
print(json.dumps([run(words) for words in json.loads(sys.argv[1])]))
`;

/** The Python that `aws` is a script of; nothing where it is none, as with AWS's own installer. */
const pythonOfAws = async (command = 'aws'): Promise<string | undefined> => {
  const { stdout } = await run('bash', ['-c', `command -v ${command}`]);
  const { stdout: script } = await run('bash', ['-c', 'pyenv which aws 2>/dev/null']).catch(() => ({ stdout: '' }));
  const found = script !== '' && stdout.includes('/shims/') ? script : stdout;
  return /^#!(\S*python\S*)\n/.exec(readFileSync(found.trim(), 'latin1').slice(0, 200))?.[1];
};

/** The same, one after the other as they are asked for: words come in as a line of JSON, and what it came to goes out as one. */
const AS_THEY_COME = `${DRIVER}
for line in sys.stdin:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = driver().main(json.loads(line))
        except SystemExit as ended:
            code = ended.code
    print(json.dumps([code, out.getvalue(), err.getvalue()]), flush=True)
`;

/** An `aws` command that is started once for all that is asked of it. */
export interface OpenAws {
  /** @throws what execFile throws: an Error with `code`, `stdout` and `stderr` */
  run(words: readonly string[]): Promise<string>;
  end(): Promise<void>;
}

/** @param env the whole environment of the command, which is started anew for each call where it is no script of Python's */
export const openAws = async (command: string, env: NodeJS.ProcessEnv): Promise<OpenAws> => {
  const python = await pythonOfAws(command);
  if (!python)
    return { run: async (words) => (await run(command, [...words], { env })).stdout, end: async () => undefined };
  const child = spawn(python, ['-c', AS_THEY_COME], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async run(words) {
      child.stdin.write(`${JSON.stringify(words)}\n`);
      const { value, done } = await answers.next();
      if (done) throw new Error(`${command} has ended`);
      const [code, stdout, stderr] = JSON.parse(value) as [number, string, string];
      if (code === 0) return stdout;
      throw Object.assign(new Error(`${command} ${words.join(' ')}: ${stderr}`), { code, stdout, stderr });
    },
    async end() {
      child.stdin.end();
      await ended;
    },
  };
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
