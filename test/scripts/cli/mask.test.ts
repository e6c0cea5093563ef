// What the console masks of results and payloads.
import { expect, test } from "vitest";
import { masked, maskedText } from "../../../scripts/cli/mask.ts";

test("addresses are masked anywhere, names and texts by their field, keys and numbers are not", () => {
  const result = {
    reference: "K7Q2-9MPD",
    subject: "My story",
    parts: [{ name: "story.docx", bytes: 12, note: "from ann@example.org, thanks" }],
  };
  expect(masked(result)).toEqual({
    value: {
      reference: "K7Q2-9MPD",
      subject: "•••",
      parts: [{ name: "•••", bytes: 12, note: "from •••, thanks" }],
    },
    masked: true,
  });
  expect(masked({ key: "a/b.png", width: 3 })).toEqual({
    value: { key: "a/b.png", width: 3 },
    masked: false,
  });
});

test.each([
  ["ann@example.org", "•••"],
  ["<ann@example.org>, and bob@example.net.", "<•••>, and •••"],
  ["people/ann@example.org/bob%40example.net.jpg", "••••••"],
  ["ann%40example.org", "•••"],
  ["5 pictures @ noon", "5 pictures @ noon"],
])("of %j it leaves %j", (text, shown) => {
  expect(maskedText(text)).toBe(shown);
});
