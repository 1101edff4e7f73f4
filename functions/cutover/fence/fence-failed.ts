/**
 * A fence that does not stand as it should, or that cannot be taken down, in words for a person. Never leaves the cutover:
 * it becomes the reason of a back-out, or of another try to lift.
 */
export class FenceFailed extends Error {
  override readonly name = 'FenceFailed';
}
