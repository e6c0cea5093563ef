// The signs of automatic mail and what each weighs, the weightiest first. judge.ts says what they come to.
import { mediumSigns } from "./medium-signs.ts";
import type { SignOf } from "./sign.ts";
import { strongSigns } from "./strong-signs.ts";
import { weakSigns } from "./weak-signs.ts";

/** All signs. */
export const signs = { ...strongSigns, ...mediumSigns, ...weakSigns } as const satisfies Record<
  string,
  SignOf
>;

export type Sign = keyof typeof signs;
