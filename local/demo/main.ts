import { parseArgs } from 'node:util';
import { RedisServerNotFoundError, RedisServerUnusableError } from '../redis/errors.ts';
import { endOnSignal } from '../signals.ts';
import type { World } from '../world.ts';
import { DemoFailedError, runDemo, startDemoWorld } from './run.ts';
import { openScreen } from './screen.ts';

const screen = openScreen(process.stdout);
let starting: Promise<World> | undefined;
// A signal that comes while it boots waits for the boot, and then ends all of it.
const end = async () => {
  screen.done();
  const world = await starting?.catch(() => undefined);
  await world?.end();
};
endOnSignal(end);

/** So many keys are seeded: what the demo shows by default, and fewer for who is in a hurry. */
const keysAsked = (): number => {
  const { values } = parseArgs({ options: { keys: { type: 'string', default: '100000' } } });
  const keys = Number(values.keys);
  if (Number.isInteger(keys) && keys > 0) return keys;
  console.error(`--keys must be a whole number from 1 on, not ${values.keys}`);
  process.exit(1);
};
const keys = keysAsked();

try {
  starting = startDemoWorld();
  await runDemo(screen, { keys, valueBytes: 1500 }, starting);
  await end();
} catch (error) {
  await end();
  const tellable = [RedisServerNotFoundError, RedisServerUnusableError, DemoFailedError];
  if (!(error instanceof Error) || !tellable.some((known) => error instanceof known)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
