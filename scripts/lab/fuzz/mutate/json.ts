// Mutations of JSON values: fields removed, duplicated or of another type; the whole wrapped as services wrap events.
import type { Choices } from "../random.ts";

type Json = unknown;

const oddValues: readonly Json[] = [
  null,
  true,
  0,
  -1,
  1e308,
  "",
  " ",
  "\0",
  "%",
  "%ff",
  "%E0%A4%A",
  "+",
  "../../x",
  "a".repeat(5000),
  "constructor",
  [],
  {},
  [[]],
  { toString: 1 },
  "aws:s3",
  "aws.s3",
  "ObjectCreated:Put",
  "fleet-uploads",
  "\ud800",
  "😀",
];

const hostileKeys = [
  "__proto__",
  "constructor",
  "Records",
  "s3",
  "Sns",
  "Message",
  "detail",
  "length",
  "",
] as const;

/** Returns another value. Never changes the given one. */
export function mutateJson(value: Json, choices: Choices, depth = 0): Json {
  if (depth > 12) return choices.of(oddValues);
  if (Array.isArray(value)) return mutateArray(value, choices, depth);
  if (typeof value === "object" && value !== null) return mutateObject(value, choices, depth);
  return choices.of(oddValues);
}

function mutateArray(list: readonly Json[], choices: Choices, depth: number): Json {
  const at = choices.below(list.length);
  switch (choices.below(list.length === 0 ? 2 : 5)) {
    case 0:
      return [...list, choices.of(oddValues)];
    case 1:
      return choices.of(oddValues);
    case 2:
      return Array.from({ length: 1 + choices.below(30) }, () => list[at]);
    case 3:
      return list.filter((_, index) => index !== at);
    default:
      return list.map((item, index) => (index === at ? mutateJson(item, choices, depth + 1) : item));
  }
}

function mutateObject(object: object, choices: Choices, depth: number): Json {
  const entries = Object.entries(object);
  const at = choices.below(entries.length);
  const draw = choices.fraction();
  if (entries.length === 0 || draw < 0.1)
    return fromEntries([...entries, [choices.of(hostileKeys), choices.of(oddValues)]]);
  if (draw < 0.2) return fromEntries(entries.filter((_, index) => index !== at));
  if (draw < 0.25) return choices.of(oddValues);
  return fromEntries(
    entries.map(([key, item], index) => [key, index === at ? mutateJson(item, choices, depth + 1) : item]),
  );
}

/** Like JSON.parse: `__proto__` becomes an ordinary field. */
function fromEntries(entries: [string, Json][]): Json {
  const object: Record<string, Json> = {};
  for (const [key, value] of entries)
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  return object;
}

/** The value, wrapped as another service would wrap it. */
export function wrapped(value: Json, choices: Choices): Json {
  const text = JSON.stringify(value);
  return choices.of<() => Json>([
    () => ({ Records: [{ EventSource: "aws:sns", Sns: { Type: "Notification", Message: text } }] }),
    () => ({ Records: [{ eventSource: "aws:sqs", messageId: "1", body: text }] }),
    () => ({ Records: [value] }),
    () => ({ source: "com.example", "detail-type": "wrapped", detail: value }),
    () => [value],
    () => text,
    () => ({ body: text, isBase64Encoded: false }),
  ])();
}
