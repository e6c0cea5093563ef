// Compares the attachments our worker found in a mail with those Python found: by checksum first, then, where those differ,
// by kind of difference.

/** An attachment as Python reads it. */
export type Theirs = { type: string; name: string | null; bytes: number; sha256: string; text: string };

/** An attachment as the worker reads it. */
export type Ours = {
  key: string;
  contentType: string;
  name: string | null;
  bytes: number;
  sha256: string;
  text: string;
};

/** One difference between the two readings. `line-ends` needs no explanation. */
export type Difference = {
  kind: "line-ends" | "content" | "missing" | "extra";
  ours: Ours | null;
  theirs: Theirs | null;
};

/** The result of a comparison. */
export type Comparison = { equal: number; differences: Difference[] };

/**
 * Pairs attachments: equal bytes first, then text that is equal except for line ends and surrounding blanks, then the rest
 * in order. An attachment without a partner is missing (only theirs) or extra (only ours).
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
