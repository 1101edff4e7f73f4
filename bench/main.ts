import { benchCli } from './cli.ts';
import { benchConsole } from './console.ts';
import { benchCutover } from './cutover.ts';
import { benchFleet } from './fleet.ts';
import { benchFlood, FLOOD_PARTS } from './flood.ts';
import { benchForecast } from './forecast.ts';
import { benchPost } from './post.ts';
import { benchPreflight } from './preflight.ts';
import { benchSync } from './sync.ts';
import { benchVerify, VERIFY_PARTS } from './verify.ts';

interface Bench {
  run(parts: readonly string[]): Promise<void>;
  /** What can be run alone: `npm run bench -- verify rate kills`. */
  parts?: readonly string[];
}

/** Each prints its figures beside the baseline or the bound that they are held against. */
const BENCHES: Record<string, Bench> = {
  sync: { run: benchSync },
  post: { run: benchPost },
  flood: { run: benchFlood, parts: FLOOD_PARTS },
  fleet: { run: benchFleet },
  forecast: { run: benchForecast },
  preflight: { run: benchPreflight },
  cutover: { run: benchCutover },
  verify: { run: benchVerify, parts: VERIFY_PARTS },
  console: { run: benchConsole },
  cli: { run: benchCli },
};

/** Benches as asked for, each followed by its parts; all where none is named. */
const toRun = (words: readonly string[]): [Bench, string[]][] => {
  const found: [Bench, string[]][] = [];
  for (const word of words) {
    const last = found.at(-1);
    if (last?.[0].parts?.includes(word)) last[1].push(word);
    else if (BENCHES[word]) found.push([BENCHES[word], []]);
    else throw new Error(`There is no bench ${word}. Benches: ${names().join(', ')}`);
  }
  return found.length > 0 ? found : Object.values(BENCHES).map((bench) => [bench, []]);
};

const names = (): string[] =>
  Object.entries(BENCHES).map(([name, { parts }]) => (parts ? `${name} [${parts.join(' ')}]` : name));

// The servers of the benches stand on this machine.
process.env.ALLOWED_NETWORKS ??= '10.0.0.0/8,127.0.0.0/8,::1/128';
process.env.REACH ??= 'vpc';

let asked: [Bench, string[]][] = [];
if (process.argv.includes('--help')) {
  console.log(`npm run bench [-- NAME [PART…]…]   all of them, or some: ${names().join(', ')}`);
  process.exit();
}
try {
  asked = toRun(process.argv.slice(2));
} catch (error) {
  console.error(String(error instanceof Error ? error.message : error));
  process.exit(1);
}
for (const [bench, parts] of asked) await bench.run(parts);
