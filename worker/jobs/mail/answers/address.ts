// Mail addresses as this project writes and compares them: plain ASCII, so that none can carry anything into a header.
import { createHash } from "node:crypto";
import { domainToASCII } from "node:url";

/** A dot-atom (RFC 5322, 3.2.3): no quotes, blanks, controls or anything beyond ASCII. */
const localPart = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const hostName = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** Longest local part and address SMTP allows (RFC 5321, 4.5.3.1 and its erratum 1690). */
const longest = { localPart: 64, address: 254 };

/**
 * The address as it can be written to, its domain in lower-case ASCII; nothing where it has a form that is not written
 * to: quoted or non-ASCII local parts, address literals, single-label domains.
 */
export function usableAddress(text: string): string | undefined {
  const at = text.lastIndexOf("@");
  const local = text.slice(0, Math.max(0, at));
  const domain = domainToASCII(text.slice(at + 1)).toLowerCase();
  const usable = `${local}@${domain}`;
  if (local.length > longest.localPart || usable.length > longest.address) return undefined;
  return localPart.test(local) && hostName.test(domain) ? usable : undefined;
}

/**
 * The address as it is compared: without case, without what follows a plus (RFC 5233), without the tag of a signed return
 * path (BATV, `prvs=0123456789=`), so that one correspondent with changing addresses stays one.
 */
export function foldedAddress(address: string): string {
  const at = address.lastIndexOf("@");
  const local = address
    .slice(0, Math.max(0, at))
    .toLowerCase()
    .replace(/^prvs=[0-9a-z]+=/, "")
    .replace(/(.)\+.*$/, "$1");
  return `${local}@${domainOf(address)}`;
}

/** The domain in lower case. */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf("@") + 1).toLowerCase();
}

/** Whether the domain is the other or lies within it; both in lower case. */
export function isWithin(domain: string, other: string): boolean {
  return domain === other || domain.endsWith(`.${other}`);
}

/** Stands for an address where the address itself is nobody's business: in ids, queues and logs. */
export function addressHash(address: string): string {
  return createHash("sha256").update(foldedAddress(address)).digest("hex").slice(0, 32);
}
