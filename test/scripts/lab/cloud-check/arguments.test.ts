// How the cloud check responds to bad arguments.
import { expect, test, vi } from "vitest";
import { runCloudCheck } from "../../../../scripts/lab/cloud-check/run-cloud-check.ts";

/** Runs the command. Returns its exit code and what it wrote to stderr. */
async function run(...args: string[]): Promise<{ code: number; complaint: string }> {
  const lines: string[] = [];
  const written = vi
    .spyOn(process.stderr, "write")
    .mockImplementation((chunk) => lines.push(String(chunk)) > 0);
  const logged = vi.spyOn(console, "error").mockImplementation((line) => void lines.push(String(line)));
  try {
    return { code: await runCloudCheck(args), complaint: lines.join("").trim() };
  } finally {
    written.mockRestore();
    logged.mockRestore();
  }
}

test("an endpoint that is not a URL is a bad argument, reported in one line", async () => {
  const { code, complaint } = await run("stacks", "--endpoint", "somewhere");
  expect(code).toBe(2);
  expect(complaint).toMatch(
    /^cloud-check: option '--endpoint <url>' argument 'somewhere' is invalid\. [^\n]+$/,
  );
});

test("an endpoint where nothing answers is a failure, reported in one line with its reason", async () => {
  expect(await run("stacks", "--endpoint", "http://127.0.0.1:1")).toEqual({
    code: 1,
    complaint: expect.stringMatching(
      /^cloud-check: no emulator answers at http:\/\/127\.0\.0\.1:1 \([^\n]+\)$/,
    ),
  });
});

test("a folder without the runtime client is reported before anything is started", async () => {
  const { code, complaint } = await run("lambda", "--runtime", "nowhere");
  expect(code).toBe(1);
  expect(complaint).toMatch(/^cloud-check: nowhere contains no built [^\n]+$/);
});
