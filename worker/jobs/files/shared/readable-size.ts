// Sizes in words.
import { once } from "../../../fleet/once.ts";

const count = once(() => new Intl.NumberFormat("en", { maximumFractionDigits: 1 }));
const units = ["bytes", "KB", "MB", "GB", "TB", "PB"] as const;

/** A size for people. */
export function readableSize(bytes: number): string {
  const power = Math.min(
    units.length - 1,
    Math.max(0, Math.floor(Math.log(Math.max(1, bytes)) / Math.log(1024))),
  );
  return `${count().format(bytes / 1024 ** power)} ${units[power]}`;
}
