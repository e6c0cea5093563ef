// What can be missing in a result although the picture was accepted, in words for the person who sent it. Codes are stable.
import type { Note } from "./child/contract.ts";

const count = new Intl.NumberFormat("en");

export const notes = {
  furtherPages: (pages: number): Note => ({
    code: "further-pages",
    text: `The file has ${count.format(pages)} pages; only the first is shown.`,
  }),
  otherPictures: (others: number): Note => ({
    code: "other-pictures",
    text: `The file holds ${count.format(others)} more ${others === 1 ? "picture" : "pictures"}; only its main picture is shown.`,
  }),
  firstFrame: (): Note => ({
    code: "first-frame",
    text: "The file is a moving picture; only one frame of it is shown.",
  }),
  endsEarly: (): Note => ({
    code: "ends-early",
    text: "The file ends early: its last rows are grey or less sharp.",
  }),
};
