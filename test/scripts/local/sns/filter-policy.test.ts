import { expect, test } from "vitest";
import { filterFrom } from "../../../../scripts/local/sns/filter-policy.ts";
import type { MessageAttributes } from "../../../../scripts/local/sqs/message.ts";

const text = (StringValue: string) => ({ DataType: "String", StringValue });
const number = (value: number) => ({ DataType: "Number", StringValue: String(value) });
const list = (...values: unknown[]) => ({ DataType: "String.Array", StringValue: JSON.stringify(values) });

const byAttributes: [string, object, MessageAttributes, boolean][] = [
  ["an exact value", { kind: ["a", "b"] }, { kind: text("b") }, true],
  ["another value", { kind: ["a", "b"] }, { kind: text("c") }, false],
  ["a missing key", { kind: ["a"] }, {}, false],
  ["every key", { a: ["1"], b: ["2"] }, { a: text("1"), b: text("3") }, false],
  ["a prefix", { key: [{ prefix: "in/" }] }, { key: text("in/x") }, true],
  ["no prefix", { key: [{ prefix: "in/" }] }, { key: text("out/x") }, false],
  ["a suffix", { key: [{ suffix: ".png" }] }, { key: text("x.png") }, true],
  ["case set aside", { key: [{ "equals-ignore-case": "AB" }] }, { key: text("aB") }, true],
  ["anything but the value", { kind: [{ "anything-but": ["a"] }] }, { kind: text("b") }, true],
  ["the excluded value", { kind: [{ "anything-but": ["a", "b"] }] }, { kind: text("b") }, false],
  ["anything-but needs the key", { kind: [{ "anything-but": "a" }] }, {}, false],
  ["anything but a prefix", { kind: [{ "anything-but": { prefix: "x" } }] }, { kind: text("xy") }, false],
  ["a key that exists", { kind: [{ exists: true }] }, { kind: text("") }, true],
  ["a key that must not exist", { kind: [{ exists: false }] }, { kind: text("a") }, false],
  ["a number in its range", { size: [{ numeric: [">", 0, "<=", 5] }] }, { size: number(5) }, true],
  ["a number outside", { size: [{ numeric: [">", 0, "<=", 5] }] }, { size: number(5.1) }, false],
  ["a text is no number", { size: [{ numeric: ["=", 5] }] }, { size: text("5") }, false],
  ["a number as such", { size: [5] }, { size: number(5) }, true],
  ["one of a list's values", { tags: ["b"] }, { tags: list("a", "b") }, true],
  [
    "one of a list's values may be anything but",
    { tags: [{ "anything-but": "a" }] },
    { tags: list("a", "b") },
    true,
  ],
  ["one of several conditions", { kind: ["a", { prefix: "b" }] }, { kind: text("bc") }, true],
];
for (const [name, policy, attributes, passes] of byAttributes) {
  test(`by attributes: ${name} ${passes ? "passes" : "does not pass"}`, () => {
    expect(filterFrom(JSON.stringify(policy), "MessageAttributes")("", attributes)).toBe(passes);
  });
}

const byBody: [string, object, string, boolean][] = [
  ["a nested value", { detail: { kind: ["a"] } }, '{"detail":{"kind":"a"}}', true],
  ["another nested value", { detail: { kind: ["a"] } }, '{"detail":{"kind":"b"}}', false],
  [
    "a value in a list of objects",
    { Records: { name: ["put"] } },
    '{"Records":[{"name":"del"},{"name":"put"}]}',
    true,
  ],
  ["a missing branch", { detail: { kind: ["a"] } }, "{}", false],
  ["true and null", { a: [true], b: [null] }, '{"a":true,"b":null}', true],
  ["a body that is no JSON", { a: [{ exists: false }] }, "text", false],
];
for (const [name, policy, body, passes] of byBody) {
  test(`by body: ${name} ${passes ? "passes" : "does not pass"}`, () => {
    expect(filterFrom(JSON.stringify(policy), "MessageBody")(body, {})).toBe(passes);
  });
}

const refused: [string, string, string][] = [
  ["text that is no JSON", "{", "InvalidParameter"],
  ["an unknown operator", '{"a":[{"like":"x"}]}', "InvalidParameter"],
  ["a condition without operator", '{"a":[{}]}', "InvalidParameter"],
  ["no condition", '{"a":[]}', "InvalidParameter"],
  [
    "more than five keys",
    '{"a":["1"],"b":["1"],"c":["1"],"d":["1"],"e":["1"],"f":["1"]}',
    "InvalidParameter",
  ],
  ["a nested key among attributes", '{"a":{"b":["1"]}}', "InvalidParameter"],
  ["a wildcard", '{"a":[{"wildcard":"x*"}]}', "NotImplemented"],
  ["an address range", '{"a":[{"cidr":"10.0.0.0/8"}]}', "NotImplemented"],
  ["alternatives of keys", '{"$or":[{"a":["1"]},{"b":["1"]}]}', "NotImplemented"],
];
for (const [name, policy, code] of refused) {
  test(`${name} is refused with ${code}`, () => {
    expect(() => filterFrom(policy, "MessageAttributes")).toThrow(expect.objectContaining({ code }));
  });
}
