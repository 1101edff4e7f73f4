import { shown } from '../../migration/shown.ts';

/**
 * A fence does not stand as it must, or is not undone. Never leaves the cutover and the lifting, so it has no code: it becomes
 * the reason of a back-out, or of another try.
 */
export class FenceFailed extends Error {
  /** @param message may repeat what a server said */
  constructor(message: string, options?: ErrorOptions) {
    super(shown(message, 1000), options);
  }
}
