import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import { acts } from './flows/acts.ts';
import { apiOnly } from './flows/api-only.ts';
import { askingForm } from './flows/form.ts';
import { hostileContent } from './flows/hostile.ts';
import { keyOfTheStack } from './flows/key.ts';
import { list } from './flows/list.ts';
import { looks } from './flows/looks.ts';
import { migrations } from './flows/migrations.ts';
import { otherSites } from './flows/other-sites.ts';
import { outage } from './flows/outage.ts';
import { watching } from './flows/watching.ts';
import { type Harness, startHarness } from './harness.ts';

/** One embedded AWS and one browser for all of them: booting is what takes longest. */
describe('the console in a browser', () => {
  const at = {} as Harness;
  beforeAll(async () => {
    Object.defineProperties(at, Object.getOwnPropertyDescriptors(await startHarness()));
  });
  afterAll(() => at.end?.());
  afterEach(async () => {
    expect(await at.closePages()).toEqual([]);
  });

  list(at);
  askingForm(at);
  migrations(at);
  acts(at);
  apiOnly(at);
  watching(at);
  outage(at);
  looks(at);
  hostileContent(at);
  otherSites(at);
  keyOfTheStack(at);
});
