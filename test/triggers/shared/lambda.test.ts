// When a trigger's parts are made: at its first event, once.
import { expect, test } from "vitest";
import { lazyHandler } from "../../../triggers/shared/lambda.ts";

test("nothing is made before the first call, and one make serves all calls", async () => {
  const made: string[] = [];
  const handler = lazyHandler((first: string) => {
    made.push(first);
    return async (each: string) => `${first} ${each}`;
  });
  expect(made).toEqual([]);
  expect([await handler("a"), await handler("b")]).toEqual(["a a", "a b"]);
  expect(made).toEqual(["a"]);
});

test("a make that throws fails its call only, and the next call makes again", async () => {
  let tries = 0;
  const handler = lazyHandler(() => {
    tries += 1;
    if (tries === 1) throw new TypeError("no settings yet");
    return async () => tries;
  });
  await expect(handler()).rejects.toThrow("no settings yet");
  expect(await handler()).toBe(2);
});
