// Lets several askers share one read.

/** A read whose answer is reused for `ms` milliseconds. A failure is not kept. */
export function recently<Answer>(
  ms: number,
  now: () => number,
  read: () => Promise<Answer>,
): () => Promise<Answer> {
  let latest: { at: number; answer: Promise<Answer> } | undefined;
  return () => {
    if (latest !== undefined && now() - latest.at < ms) return latest.answer;
    const mine = { at: now(), answer: read() };
    latest = mine;
    mine.answer.catch(() => {
      if (latest === mine) latest = undefined;
    });
    return mine.answer;
  };
}
