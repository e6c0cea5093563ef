// How S3 writes keys, times and tags as text. Pure functions.

/** RFC 3986 percent-encoding of everything but unreserved characters, as in Signature Version 4. */
export function encodeStrict(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** A key in event notifications and `encoding-type=url` listings: form encoding, but slashes stay. */
export function encodeKey(key: string): string {
  return encodeStrict(key)
    .replaceAll("%2F", "/")
    .replaceAll("%20", "+")
    .replaceAll("%2A", "*")
    .replaceAll("~", "%7E");
}

/** ISO 8601 with milliseconds, as in XML documents and events. */
export function isoTime(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

/** The HTTP date of a moment, in whole seconds. */
export function httpTime(epochMs: number): string {
  return new Date(epochMs).toUTCString();
}

/** Parses `YYYYMMDDTHHMMSSZ` as in `x-amz-date`; `undefined` when it is malformed. */
export function parseAmzDate(text: string): number | undefined {
  const match = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  const epochMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(epochMs) ? undefined : epochMs;
}
