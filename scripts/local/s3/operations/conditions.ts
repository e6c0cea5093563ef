// Conditional requests: reads by RFC 9110 as S3 applies it, writes and deletes by If-Match and If-None-Match.
import { S3Error } from "../protocol/errors.ts";
import type { Version } from "../store/versions.ts";

type Headers = Readonly<Record<string, string>>;

/** Header names of the four conditions. Copies have other names for them. */
const readNames = {
  match: "if-match",
  noneMatch: "if-none-match",
  modified: "if-modified-since",
  unmodified: "if-unmodified-since",
};
const copyNames = {
  match: "x-amz-copy-source-if-match",
  noneMatch: "x-amz-copy-source-if-none-match",
  modified: "x-amz-copy-source-if-modified-since",
  unmodified: "x-amz-copy-source-if-unmodified-since",
};

function matchesEtag(list: string, etag: string): boolean {
  return list
    .split(",")
    .map((entry) => entry.trim().replace(/^W\//, "").replace(/^"|"$/g, ""))
    .some((entry) => entry === "*" || entry === etag);
}

/** HTTP dates have whole seconds. A malformed date is ignored (RFC 9110). */
function isLater(version: Version, date: string): boolean | undefined {
  const limit = Date.parse(date);
  return Number.isNaN(limit) ? undefined : Math.floor(version.modifiedMs / 1000) > limit / 1000;
}

function verdict(headers: Headers, names: typeof readNames, version: Version): "go" | "failed" | "unchanged" {
  const [match, noneMatch] = [headers[names.match], headers[names.noneMatch]];
  const [modified, unmodified] = [headers[names.modified], headers[names.unmodified]];
  if (match !== undefined) {
    if (!matchesEtag(match, version.etag)) return "failed";
  } else if (unmodified !== undefined && isLater(version, unmodified) === true) return "failed";
  if (noneMatch !== undefined) return matchesEtag(noneMatch, version.etag) ? "unchanged" : "go";
  return modified !== undefined && isLater(version, modified) === false ? "unchanged" : "go";
}

/** @throws S3Error PreconditionFailed or NotModified */
export function requireReadConditions(headers: Headers, version: Version): void {
  const outcome = verdict(headers, readNames, version);
  if (outcome === "failed") throw new S3Error("PreconditionFailed");
  if (outcome === "unchanged") throw new S3Error("NotModified");
}

/** @throws S3Error PreconditionFailed when the source of a copy does not meet the conditions */
export function requireCopyConditions(headers: Headers, version: Version): void {
  if (verdict(headers, copyNames, version) !== "go") throw new S3Error("PreconditionFailed");
}

function requireMatch(match: string, current: Version | undefined): void {
  if (current === undefined || current.deleteMarker) throw new S3Error("NoSuchKey");
  if (!matchesEtag(match, current.etag)) {
    throw new S3Error("PreconditionFailed", undefined, { details: { Condition: "If-Match" } });
  }
}

/**
 * Checks the conditions of a write against the latest version. A delete marker counts as no object.
 * S3 also answers 409 when two conditional writes race. Here one of them is first.
 * @throws S3Error PreconditionFailed, NoSuchKey for If-Match on nothing, NotImplemented for other If-None-Match values
 */
export function requireWriteConditions(headers: Headers, current: Version | undefined): void {
  const [match, noneMatch] = [headers["if-match"], headers["if-none-match"]];
  if (noneMatch !== undefined && noneMatch !== "*") {
    throw new S3Error("NotImplemented", undefined, { details: { Header: "If-None-Match" } });
  }
  if (noneMatch === "*" && current !== undefined && !current.deleteMarker) {
    throw new S3Error("PreconditionFailed", undefined, { details: { Condition: "If-None-Match" } });
  }
  if (match !== undefined) requireMatch(match, current);
}

/** Checks the condition of a delete. @throws S3Error PreconditionFailed, or NoSuchKey when there is no object */
export function requireDeleteCondition(match: string | undefined, current: Version | undefined): void {
  if (match !== undefined) requireMatch(match, current);
}
