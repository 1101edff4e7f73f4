/** A key is gone, or of another type, since it was looked at a moment ago. Whoever reads begins anew; nobody else sees it. */
export class ValueChanged extends Error {}
