import { afterEach, expect, it } from 'vitest';
import { systemClock } from '../../functions/adapters/clock.ts';
import { makeUnfence } from '../../functions/cutover/unfence.ts';
import { MIGRATION_ID } from '../functions/support/records.ts';
import { fencedPair, type Promoted } from './support/promoted.ts';

let scene: Promoted;
afterEach(() => scene.end());

const unfence = () =>
  makeUnfence(scene.migrations, scene.fences, scene.lift, systemClock)({ migrationId: MIGRATION_ID });

it('gives the source back as it was, and touches nothing of the target', async () => {
  let rules: unknown;
  scene = await fencedPair(async (onSource) => {
    await onSource.command('ACL', 'SETUSER', 'shop', 'on', '>pw', '~shop:*', '+@all', '-@dangerous');
    rules = await onSource.command('ACL', 'LIST');
  });
  await scene.promote();
  await expect(scene.onSource.command('SET', 'a', '1')).rejects.toThrow(/NOPERM/);

  expect(await unfence()).toMatchObject({ outcome: 'unfenced' });
  expect(await scene.onSource.command('ACL', 'LIST')).toEqual(rules);
  // From here on both take writes: that is the operator's word.
  expect(await scene.onSource.command('SET', 'a', '1')).toBe('OK');
  expect(await scene.onPrimary.command('SET', 'a', '2')).toBe('OK');
  expect(await scene.migrations.find(MIGRATION_ID)).toMatchObject({
    unfencedAt: expect.any(String),
    fence: { phase: 'lifted', liftedBecause: 'Unfenced: the application is broken.' },
  });
});

it('is not done while the source is away', async () => {
  scene = await fencedPair();
  await scene.promote();
  const { host, port } = scene.source;
  await scene.source.stop();

  await expect(unfence()).rejects.toThrow(new RegExp(`${host}:${port}`));
  expect(await scene.fences.find(MIGRATION_ID)).toMatchObject({ phase: 'lifting' });
  expect((await scene.migrations.find(MIGRATION_ID))?.unfencedAt).toBeUndefined();
});
