// The order of the events of one key, whatever order they arrive in.

/** Longer than any S3 has sent; the payload's schema allows no more. */
const longest = 64;

/**
 * A sequencer as text that sorts as S3 says: the shorter of two is padded on the right with zeros, then both are
 * compared as text (S3 user guide, "Event message structure"). Padding all to one length lets DynamoDB compare.
 */
export const sortableSequencer = (sequencer: string): string => sequencer.toUpperCase().padEnd(longest, "0");
