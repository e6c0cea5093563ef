import { expect, test } from "vitest";
import { recently } from "../../../triggers/shared/recently.ts";

function counted(fails = 0) {
  const state = { now: 0, reads: 0 };
  const read = recently(
    500,
    () => state.now,
    async () => {
      state.reads += 1;
      if (state.reads <= fails) throw new Error(`read ${state.reads} failed`);
      return state.reads;
    },
  );
  return { state, read };
}

test("requests within the time share one answer, later ones get a new one", async () => {
  const { state, read } = counted();
  expect(await Promise.all([read(), read()])).toEqual([1, 1]);
  state.now = 499;
  expect(await read()).toBe(1);
  state.now = 500;
  expect(await read()).toBe(2);
});

test("a failed read rejects for all who share it and is not kept", async () => {
  const { read } = counted(1);
  const both = await Promise.allSettled([read(), read()]);
  expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(await read()).toBe(2);
});
