import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startEmbeddedAws } from '../local/boot.ts';
import { heading, median, quantile, report } from './report.ts';

const run = promisify(execFile);
const TRIES = 15;
const BOUND_MS = 300;

/** How long a person waits for the command line, as it is installed from its package: beside a Node that does nothing. */
export const benchCli = async (): Promise<void> => {
  heading(`The command line from its package, ${TRIES} times each, in turns`);
  const folder = await mkdtemp(join(tmpdir(), 'bench-cli-'));
  const aws = await startEmbeddedAws();
  try {
    const main = await install(folder);
    const env = {
      ...process.env,
      AWS_ENDPOINT_URL: aws.awsEndpoint,
      AWS_REGION: 'us-west-2',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_CONFIG_FILE: '/nowhere',
      AWS_SHARED_CREDENTIALS_FILE: '/nowhere',
    };
    const asked: [what: string, args: string[], isBound: boolean][] = [
      ['node -e 0', ['-e', '0'], false],
      ['--version', [main, '--version'], true],
      ['--help', [main, '--help'], true],
      ['list, of the embedded API', [main, 'list', '--endpoint', aws.apiUrl], true],
      ['list, of a stack: with the SDK, signed', [main, 'list', '--stack', 'elasticache-migrator'], false],
    ];
    const tookMs = asked.map((): number[] => []);
    for (let turn = -1; turn < TRIES; turn++) {
      for (const [at, [, args]] of asked.entries()) {
        const startMs = performance.now();
        await run(process.execPath, args, { env });
        // The first turn fills the file cache.
        if (turn >= 0) tookMs[at]?.push(performance.now() - startMs);
      }
    }
    const bareMs = median(tookMs[0] ?? []);
    for (const [at, [what, , isBound]] of asked.entries()) {
      const [middle, late] = [median(tookMs[at] ?? []), quantile(tookMs[at] ?? [], 0.9)];
      const figure = `${middle.toFixed(0)} ms (p90 ${late.toFixed(0)} ms), ${(middle / bareMs).toFixed(1)} times node -e 0`;
      report(what, figure, isBound ? { text: `${BOUND_MS} ms`, kept: middle < BOUND_MS } : undefined);
    }
  } finally {
    await aws.end();
    await rm(folder, { recursive: true });
  }
};

/** Packs it as for publishing and unpacks it below node_modules, without its dependencies. @returns the path of what runs */
const install = async (folder: string): Promise<string> => {
  await run(process.execPath, ['cli/build.mjs']);
  const { stdout } = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder]);
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  await run('tar', ['-xzf', join(folder, filename), '-C', folder]);
  await mkdir(join(folder, 'node_modules'));
  const installed = join(folder, 'node_modules/elasticache-migrator');
  await rename(join(folder, 'package'), installed);
  return join(installed, 'cli/dist/main.js');
};
