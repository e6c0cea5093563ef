// Where a sign-in leads back to: one of our own pages and nothing else.

/** The path and query of one of our pages, or `/` for anything else. */
export function safeReturnTo(asked: string | undefined, origin: string): string {
  if (asked === undefined || !/^\/(?![/\\])/.test(asked) || asked.length > 1000) return "/";
  const address = URL.parse(asked, origin);
  if (address === null || address.origin !== origin || /^\/sign(-|ed-)/.test(address.pathname)) return "/";
  const path = `${address.pathname}${address.search}`;
  // Resolving dots may leave a path that names another host: `/..//evil.example`.
  return path.startsWith("//") ? "/" : path;
}
