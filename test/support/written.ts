// Streams that keep what a command writes.
import { Writable } from "node:stream";

/** Two streams and their texts so far. */
export function collected() {
  const texts = { stdout: "", stderr: "" };
  const into = (name: keyof typeof texts) =>
    new Writable({
      write: (chunk, _, done) => {
        texts[name] += chunk;
        done();
      },
    });
  return { stdout: into("stdout"), stderr: into("stderr"), texts };
}

/** What `submit` said on stderr beside its progress, which shows every five seconds and so depends on the machine. */
export const withoutProgress = (stderr: string) =>
  stderr.replaceAll(/^submit: \d+ of \d+ submitted(, \d+ done)?\n/gm, "");
