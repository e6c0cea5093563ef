// Asks the console for each of its pages several times, and reads from the answers what they cost: calls to the tables, and time
// in the server.

/** What one page cost. Times in milliseconds. */
export type PageCost = { page: string; status: number; reads: number; medianMs: number; slowestMs: number };

/** Asks for a page. The first answer is not counted: it opens connections. */
export async function measurePage(url: string, page: string, times: number): Promise<PageCost> {
  const ms: number[] = [];
  let [reads, status] = [0, 0];
  for (let index = 0; index <= times; index += 1) {
    const answer = await fetch(url + page, { redirect: "manual" });
    await answer.arrayBuffer();
    status = answer.status;
    const [, calls = "0", total = "0"] =
      /desc="(\d+) reads", total;dur=([\d.]+)/.exec(answer.headers.get("server-timing") ?? "") ?? [];
    reads = Math.max(reads, Number(calls));
    if (index > 0) ms.push(Number(total));
  }
  const sorted = ms.sort((a, b) => a - b);
  return {
    ...{ page, status, reads },
    medianMs: sorted[Math.floor(sorted.length / 2)] ?? 0,
    slowestMs: sorted.at(-1) ?? 0,
  };
}

/** The next page of a list, as its page links to it; undefined at the end. */
export async function nextOf(url: string, page: string): Promise<string | undefined> {
  const text = await (await fetch(url + page)).text();
  return /href="([^"]+)" rel="next"/.exec(text)?.[1]?.replaceAll("&amp;", "&");
}
