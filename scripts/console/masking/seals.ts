// Seals names that a page masks, so that its links and forms can still mean them. A sealed name tells nothing to whoever reads the
// page; only the console that sealed it can open it, for as long as it runs. The same name is sealed the same way.
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from "node:crypto";
import { maskedText } from "../../cli/mask.ts";

/** Seals and opens names. */
export type Seals = {
  seal: (name: string) => string;
  /** The name that was sealed; any other text as it is; undefined for a seal that is not ours. */
  open: (text: string) => string | undefined;
};

/** How a page names something: as people see it, and as links and forms mean it. */
export type Named = { shown: string; ref: string };

const mark = "sealed.";
const cipher = "aes-256-gcm";
const sizes = { nonce: 12, tag: 16 } as const;

/** Makes the seals of one console. */
export function createSeals(secret: Buffer = randomBytes(32)): Seals {
  const keyFor = (use: string) => Buffer.from(hkdfSync("sha256", secret, "", use, 32));
  const [key, nonceKey] = [keyFor("names"), keyFor("nonces")];
  const seal = (name: string) => {
    // A nonce from the name itself: one nonce never belongs to two names.
    const nonce = createHmac("sha256", nonceKey).update(name).digest().subarray(0, sizes.nonce);
    const cipherer = createCipheriv(cipher, key, nonce);
    const sealed = Buffer.concat([cipherer.update(name, "utf8"), cipherer.final()]);
    return mark + Buffer.concat([nonce, cipherer.getAuthTag(), sealed]).toString("base64url");
  };
  const open = (text: string) => (text.startsWith(mark) ? opened(key, text.slice(mark.length)) : text);
  return { seal, open };
}

function opened(key: Buffer, text: string): string | undefined {
  const bytes = Buffer.from(text, "base64url");
  const { nonce, tag } = sizes;
  if (bytes.length < nonce + tag) return undefined;
  const decipherer = createDecipheriv(cipher, key, bytes.subarray(0, nonce), { authTagLength: tag });
  decipherer.setAuthTag(bytes.subarray(nonce, nonce + tag));
  try {
    return decipherer.update(bytes.subarray(nonce + tag), undefined, "utf8") + decipherer.final("utf8");
  } catch {
    return undefined;
  }
}

/** Names something on a page that masks it, unless `reveal` is true or there is nothing to mask in it. */
export function named(name: string, { seals, reveal }: { seals: Seals; reveal: boolean }): Named {
  const shown = reveal ? name : maskedText(name);
  return { shown, ref: shown === name ? name : seals.seal(name) };
}

/** What a form or a body gives, with the message group in it opened; undefined where its seal is not ours. */
export function withOpenGroup<Given>(given: Given, seals: Seals): Given | undefined {
  if (typeof given !== "object" || given === null || !("group" in given)) return given;
  const { group } = given;
  if (typeof group !== "string") return given;
  const name = seals.open(group);
  return name === undefined ? undefined : { ...given, group: name };
}

/** What a person is told about a seal that cannot be opened. */
export const brokenSeal =
  "group: this link masks its message group, and the console that made it has ended; open the page anew from a list";
