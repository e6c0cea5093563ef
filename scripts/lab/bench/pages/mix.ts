// What people ask of the pages, and how often: the mix of the pages suite. Knows no server.

/** What a person has, as the seed made it. */
export type Person = {
  /** The session's cookie header, and its token for changes. */
  cookie: string;
  csrf: string;
  admin: boolean;
  /** Their files, and tokens of links to them. */
  files: readonly string[];
  links: readonly string[];
};

/** A request of a route. */
export type Visit = {
  path: string;
  method?: "GET" | "POST";
  /** Sent as JSON with the session's token, or as a form. */
  json?: unknown;
  form?: Record<string, string>;
};

/** A route of the mix. */
export type MixedRoute = {
  name: string;
  /** Requests of a hundred; admins' pages are asked for by admins only. */
  share: number;
  /** A page that a person looks at, as opposed to a call of a script or a redirect. */
  page: boolean;
  admin?: boolean;
  visit: (person: Person, pick: <Item>(items: readonly Item[]) => Item) => Visit;
};

const page = (name: string, share: number, path = name.split(" ")[0] ?? "/"): MixedRoute => ({
  name,
  share,
  page: true,
  visit: () => ({ path }),
});

/** The mix: mostly looking, some sending and downloading. */
export const mix: readonly MixedRoute[] = [
  page("/files", 16),
  page("/files by name", 4, "/files?sort=name"),
  page("/files with a search", 4, "/files?search=report"),
  {
    name: "/files/:id",
    share: 8,
    page: true,
    visit: ({ files }, pick) => ({ path: `/files/${pick(files)}` }),
  },
  page("/shared", 6),
  page("/requests", 3),
  page("/log", 4),
  page("/pictures", 8),
  page("/pictures/albums", 3),
  page("/words", 6),
  { ...page("/admin/audit", 2), admin: true },
  { ...page("/admin/people", 2), admin: true },
  { name: "/l/:token", share: 4, page: true, visit: ({ links }, pick) => ({ path: `/l/${pick(links)}` }) },
  {
    name: "POST /l/:token",
    share: 2,
    page: false,
    visit: ({ links }, pick) => ({ path: `/l/${pick(links)}`, method: "POST", form: {} }),
  },
  {
    name: "/files/:id/download",
    share: 6,
    page: false,
    visit: ({ files }, pick) => ({ path: `/files/${pick(files)}/download` }),
  },
  { name: "/api/v1/files", share: 8, page: false, visit: () => ({ path: "/api/v1/files" }) },
  { name: "/api/v1/me", share: 4, page: false, visit: () => ({ path: "/api/v1/me" }) },
  { name: "/api/v1/uploads", share: 4, page: false, visit: () => ({ path: "/api/v1/uploads" }) },
  {
    name: "POST /api/v1/uploads",
    share: 6,
    page: false,
    visit: () => ({ path: "/api/v1/uploads", method: "POST", json: { name: "a.txt", bytes: 5 } }),
  },
];
