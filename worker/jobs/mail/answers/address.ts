// Mail addresses as this project writes and compares them: plain ASCII, so that none can inject anything into a header.
import { createHash } from "node:crypto";
import { domainToASCII } from "node:url";

/** A dot-atom (RFC 5322, 3.2.3): ASCII without quotes, blanks or control characters. */
const localPart = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const hostName = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** The longest local part and the longest address that SMTP allows (RFC 5321, 4.5.3.1 and its erratum 1690). */
const maxLength = { localPart: 64, address: 254 };

/**
 * The address in the form that mail is sent to, with its domain in lower-case ASCII. Undefined for addresses that never
 * get mail from us: quoted or non-ASCII local parts, address literals, single-label domains.
 */
export function usableAddress(text: string): string | undefined {
  const at = text.lastIndexOf("@");
  const local = text.slice(0, Math.max(0, at));
  const domain = domainToASCII(text.slice(at + 1)).toLowerCase();
  const usable = `${local}@${domain}`;
  if (local.length > maxLength.localPart || usable.length > maxLength.address) return undefined;
  return localPart.test(local) && hostName.test(domain) ? usable : undefined;
}

/**
 * The address in the form used for comparisons: lower case, without the detail after a plus (RFC 5233), without the tag of
 * a signed return path (BATV, `prvs=0123456789=`). A correspondent with changing addresses therefore stays the same one.
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

/** The domain of an address, in lower case. */
export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf("@") + 1).toLowerCase();
}

/** Whether the domain equals the other one or is a subdomain of it. Both must be in lower case. */
export function isWithin(domain: string, other: string): boolean {
  return domain === other || domain.endsWith(`.${other}`);
}

/** Replaces an address where it must not appear itself: in ids, queues and logs. */
export function addressHash(address: string): string {
  return createHash("sha256").update(foldedAddress(address)).digest("hex").slice(0, 32);
}
