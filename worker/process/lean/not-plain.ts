// What a lean call cannot do.

/** A value that only the SDK can write or read. */
export class NotPlain extends Error {}
