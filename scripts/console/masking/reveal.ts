// How a page is asked to show what it masks.
import { type Masked, masked, maskedAddresses } from "../../cli/mask.ts";

/** Whether an address asks for it. */
export const isRevealed = (query: Readonly<Record<string, string>>): boolean => query.reveal === "1";

/** A value of our own making as a page shows it. */
export const shownAddresses = <Value>(value: Value, reveal: boolean): Masked<Value> =>
  reveal ? { value, masked: false } : maskedAddresses(value);

/** A result or a payload as a page shows it. */
export const shownTexts = <Value>(value: Value, reveal: boolean): Masked<Value> =>
  reveal ? { value, masked: false } : masked(value);
