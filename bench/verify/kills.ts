import { startPair } from '../../test/verification/support/pair.ts';
import { newSeed, Random } from '../../test/verification/support/random.ts';
import { verifyWithKills } from '../../test/verification/support/resume.ts';
import { heading, report } from '../report.ts';
import { seedMixed } from './data.ts';

const KEYS = 200_000;
const KILLS = 50;
const STEP_MS = 100;
const DIFFERENT = 40;
const MAX_REPEATED = 0.05;

/** A verification that is killed 50 times against one that is not. */
export const benchKills = async (): Promise<void> => {
  const seed = newSeed();
  heading(
    `Killed ${KILLS} times at random points of one verification of ${KEYS.toLocaleString('en-US')} keys (seed ${seed})`,
  );
  const random = new Random(seed);
  const pair = await startPair({ prepare: (source) => seedMixed(source, KEYS) });
  await pair.detach();
  for (let index = 0; index < DIFFERENT; index++) await pair.onTarget.run('DEL', `key:${random.below(KEYS)}`);
  const ports: [number, number] = [pair.source.port, pair.target.port];
  const whole = await verifyWithKills(ports, random, 0, STEP_MS);
  const killed = await verifyWithKills(ports, random, KILLS, STEP_MS);
  await pair.stop();

  const textOf = ({ result }: typeof whole) =>
    JSON.stringify([
      result.verdict,
      result.counts.differences,
      result.counts.compared,
      result.differences.map((one) => JSON.stringify(one)).sort(),
    ]);
  const same = textOf(whole) === textOf(killed);
  const repeated = (killed.keysRead - whole.keysRead) / whole.keysRead / killed.kills;
  report('killed', `${killed.kills} times in ${killed.steps} steps`, {
    text: String(KILLS),
    word: 'expected',
    kept: killed.kills === KILLS,
  });
  report('the result is the same', String(same), { text: 'true', word: 'expected', kept: same });
  report('repeated at each kill', `${(100 * repeated).toFixed(2)} %`, { text: '5 %', kept: repeated < MAX_REPEATED });
  report('longest checkpoint', `${killed.longest} bytes of JSON`, { text: '100000', kept: killed.longest < 100_000 });
};
