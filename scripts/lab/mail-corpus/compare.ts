// Compares the attachments a mail has by our reading with those it has by Python's: by checksum first, then, where those
// differ, by what the difference is.

/** An attachment by Python's reading. */
export type Theirs = { type: string; name: string | null; bytes: number; sha256: string; text: string };

/** An attachment by ours. */
export type Ours = {
  key: string;
  contentType: string;
  name: string | null;
  bytes: number;
  sha256: string;
  text: string;
};

/** How one attachment compares; `equal` and `line-ends` need no explanation, the second says what differs. */
export type Difference = {
  kind: "line-ends" | "content" | "missing" | "extra";
  ours: Ours | null;
  theirs: Theirs | null;
};

/** What a comparison came to. */
export type Comparison = { equal: number; differences: Difference[] };

/**
 * Pairs attachments: equal bytes first, then equal text but for line ends and outer blanks, then what is left in its
 * order. What has no partner is missing (theirs only) or extra (ours only).
 */
export function compareAttachments(ours: readonly Ours[], theirs: readonly Theirs[]): Comparison {
  const [left, right] = [[...ours], [...theirs]];
  const pairs = (same: (our: Ours, their: Theirs) => boolean): [Ours, Theirs][] =>
    [...left].flatMap((our): [Ours, Theirs][] => {
      const at = right.findIndex((their) => same(our, their));
      if (at < 0) return [];
      left.splice(left.indexOf(our), 1);
      return right.splice(at, 1).map((their) => [our, their]);
    });
  const equal = pairs((our, their) => our.sha256 === their.sha256).length;
  const lineEnds = pairs((our, their) => our.text === their.text);
  const content = pairs(() => true);
  return {
    equal,
    differences: [
      ...lineEnds.map(([our, their]): Difference => ({ kind: "line-ends", ours: our, theirs: their })),
      ...content.map(([our, their]): Difference => ({ kind: "content", ours: our, theirs: their })),
      ...left.map((our): Difference => ({ kind: "extra", ours: our, theirs: null })),
      ...right.map((their): Difference => ({ kind: "missing", ours: null, theirs: their })),
    ],
  };
}
