// Puts the events of one key in order, regardless of the order in which they arrive.

/** The payload's schema allows no longer sequencer, and S3 sends shorter ones. */
const maxLength = 64;

/**
 * A sequencer as text that sorts in S3's order: pad the shorter one with zeros on the right, then compare as text (S3
 * user guide, "Event message structure"). With one length for all, DynamoDB can compare them.
 */
export const sortableSequencer = (sequencer: string): string =>
  sequencer.toUpperCase().padEnd(maxLength, "0");
