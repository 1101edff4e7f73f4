import type { KeptSample, Samples } from '../../../functions/migration/sample.ts';

/** Samples in memory, each write as it was made. */
export class FakeSamples implements Samples {
  readonly writes: KeptSample[][] = [];

  get all(): KeptSample[] {
    return this.writes.flat();
  }

  async append(_: string, samples: readonly KeptSample[]): Promise<void> {
    this.writes.push([...samples]);
  }

  async between(_: string, fromMs: number, toMs: number): Promise<KeptSample[]> {
    return this.all.filter(({ at }) => Date.parse(at) >= fromMs && Date.parse(at) <= toMs);
  }
}
