// What the launcher is told, by the version of Landlock that the kernel reports. The numbers are those of linux/landlock.h.
import { expect, test } from "vitest";
import { landlockSteps } from "../../../../worker/engine/sandbox/launch-steps.ts";

const anywhere = { read: ["/r"], run: ["/x"], write: ["/w"] };

test.each([
  { abi: 1, files: 0x1fff, network: 0, scope: 0, adds: "13 rights over files" },
  { abi: 2, files: 0x3fff, network: 0, scope: 0, adds: "moving files between folders" },
  { abi: 3, files: 0x7fff, network: 0, scope: 0, adds: "truncating" },
  { abi: 4, files: 0x7fff, network: 3, scope: 0, adds: "binding and connecting TCP" },
  { abi: 5, files: 0xffff, network: 3, scope: 0, adds: "device controls" },
  { abi: 6, files: 0xffff, network: 3, scope: 3, adds: "abstract sockets and signals" },
  { abi: 7, files: 0xffff, network: 3, scope: 3, adds: "nothing that we know" },
])("version $abi refuses all that it knows: it adds $adds", ({ abi, files, network, scope }) => {
  expect(landlockSteps(abi, anywhere)[0]).toBe(`ruleset:${files}:${network}:${scope}`);
});

test("what may be read is not run, what may be run is not written, and in its own folder a child makes plain files only", () => {
  const [read, run, write, last] = landlockSteps(6, anywhere).slice(1);
  // READ_FILE and READ_DIR; EXECUTE too; WRITE_FILE, REMOVE_FILE, MAKE_REG and TRUNCATE instead.
  expect([read, run]).toEqual([`path:${4 | 8}:/r`, `path:${4 | 8 | 1}:/x`]);
  expect(write).toBe(`path:${4 | 8 | 2 | 0x20 | 0x100 | 0x4000}:/w`);
  expect(last).toBe("enforce");
});
