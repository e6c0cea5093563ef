// Who makes a request. Everything the pages need of a signed-in person is in the session's row, so that a page costs one
// read.

/** A signed-in person and their session. */
export type Visitor = {
  /** The person's id: the provider's subject. */
  id: string;
  name: string;
  initials: string;
  /** Lower case. */
  address: string;
  admin: boolean;
  /** The session's key: a hash of the cookie, never the cookie. */
  sessionId: string;
  /** What this session's own pages send along with every change. */
  csrf: string;
};
