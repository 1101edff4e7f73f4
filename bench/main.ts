import { benchFleet } from './fleet.ts';
import { benchForecast } from './forecast.ts';
import { benchPost } from './post.ts';
import { benchPreflight } from './preflight.ts';
import { benchSync } from './sync.ts';
import { benchVerify } from './verify.ts';

/** Each prints its figures beside the baseline or the bound that they are held against. */
const BENCHES: Record<string, () => Promise<void>> = {
  sync: benchSync,
  post: benchPost,
  fleet: benchFleet,
  forecast: benchForecast,
  preflight: benchPreflight,
  verify: benchVerify,
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in BENCHES));
if (unknown.length > 0) {
  console.error(`There is no bench ${unknown.join(', ')}. Benches: ${Object.keys(BENCHES).join(', ')}`);
  process.exit(1);
}
for (const [name, run] of Object.entries(BENCHES)) {
  if (asked.length === 0 || asked.includes(name)) await run();
}
