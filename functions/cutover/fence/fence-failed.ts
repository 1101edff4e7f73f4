/**
 * A fence does not stand as it must, or is not undone. Never leaves the cutover and the lifting, so it has no code: it becomes
 * the reason of a back-out, or of another try.
 */
export class FenceFailed extends Error {}
