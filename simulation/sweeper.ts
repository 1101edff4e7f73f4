import type { Process } from './engine.ts';
import type { Flow } from './gauges.ts';
import type { World } from './world.ts';

/** A page of a query is 1 MB at the most, or 200 records here, and takes about so long. */
const RECORDS_A_PAGE = 200;
const PAGE_MS = 120;

/** Every minute: looks over all open migrations, in the index, counts them, and calls those that may begin before their turn. */
export function* sweep(world: World): Process {
  const { account, outcomes } = world;
  const reads = account.flows.get('dynamodb-index-read') as Flow;
  for (;;) {
    yield 60_000;
    const beganMs = world.nowMs;
    const place = account.place('SweepFunction');
    if (!place) continue;
    const pages = Math.max(1, Math.ceil(world.open / RECORDS_A_PAGE));
    // Eventually consistent: half a unit for each 4 KB.
    const unitsPerSecond = ((RECORDS_A_PAGE * world.recordUnits) / 8) * (1000 / PAGE_MS);
    reads.change(world.nowMs, Math.min(unitsPerSecond, (world.open * world.recordUnits) / 8));
    yield pages * PAGE_MS;
    reads.change(world.nowMs, -Math.min(unitsPerSecond, (world.open * world.recordUnits) / 8));
    for (let suspect = 0; suspect < Math.min(200, world.unsettled); suspect++) {
      yield* account.call('states-describe', 3);
      yield 40;
    }
    world.countedAtWork = world.atWork;
    for (let called = world.line.moveUp(world.nowMs); called > 0; called--) {
      yield* account.call('states-callback', 3);
      yield 40;
    }
    place.giveBack();
    outcomes.longestSweepMs = Math.max(outcomes.longestSweepMs, world.nowMs - beganMs);
  }
}
