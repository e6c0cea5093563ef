// Signs a request with Signature Version 4 (IAM User Guide, "Create a signed AWS API request"). The key of a day is derived once.
import { createHmac, createSecretKey, hash, type KeyObject } from "node:crypto";

/** Who signs. */
export type Credentials = { accessKeyId: string; secretAccessKey: string; sessionToken?: string | undefined };

/** A request before it is signed: a POST to the root of a service, unless it says otherwise. */
export type Unsigned = {
  /** With lower-case names, `host` among them. */
  headers: Readonly<Record<string, string>>;
  at: Date;
  /** The body, or its SHA-256 in hexadecimal digits. */
  body: string | { sha256: string };
  /** Encoded as it is sent, the query sorted by its names. */
  to?: { method: string; path: string; query: string };
};

/** Whose requests are signed. `signs` names the headers; by default those that say what is asked for. */
export type Signed = { region: string; service: string; signs?: (header: string) => boolean };

const root = { method: "POST", path: "/", query: "" };

/** Signs the requests of one service in one region; resolves to all headers to send. */
export function createSigner({ region, service, signs = saysWhat }: Signed) {
  let known: { scope: string; secret: string; key: KeyObject } | undefined;

  const keyOf = (day: string, secret: string): { scope: string; key: KeyObject } => {
    const scope = `${day}/${region}/${service}/aws4_request`;
    if (known?.scope !== scope || known.secret !== secret) {
      const key = [day, region, service, "aws4_request"].reduce<string | Buffer>(
        (from, part) => createHmac("sha256", from).update(part).digest(),
        `AWS4${secret}`,
      );
      // As a key object, so that not every signature makes one of it.
      known = { scope, secret, key: createSecretKey(key as Buffer) };
    }
    return known;
  };

  return ({ headers, body, at, to = root }: Unsigned, credentials: Credentials): Record<string, string> => {
    const time = at.toISOString().replace(/[-:]|\.\d{3}/g, "");
    const all: Record<string, string> = { ...headers, "x-amz-date": time };
    if (credentials.sessionToken !== undefined) all["x-amz-security-token"] = credentials.sessionToken;
    const names = Object.keys(all).filter(signs).sort();
    const lines = names.map((name) => `${name}:${all[name]?.trim().replace(/\s+/g, " ")}\n`).join("");
    const { sha256 } = typeof body === "string" ? { sha256: hash("sha256", body, "hex") } : body;
    const canonical = `${to.method}\n${to.path}\n${to.query}\n${lines}\n${names.join(";")}\n${sha256}`;
    const { scope, key } = keyOf(time.slice(0, 8), credentials.secretAccessKey);
    const text = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${hash("sha256", canonical, "hex")}`;
    const signature = createHmac("sha256", key).update(text).digest("hex");
    all.authorization = `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${names.join(";")}, Signature=${signature}`;
    return all;
  };
}

/** Headers that say what is asked for; those that say who asks may be changed by a proxy. */
const saysWhat = (name: string): boolean =>
  name === "host" || name === "content-type" || name.startsWith("x-amz-");
