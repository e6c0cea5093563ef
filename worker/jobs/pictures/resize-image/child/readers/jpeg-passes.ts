// The passes of a progressive JPEG, read off its markers (ITU-T T.81, annexes B and G). Knows no pixel.

const [frameProgressive, scan, end] = [0xc2, 0xda, 0xd9];

/** Frames of all codings, tables beside them excepted. */
const isFrame = (marker: number) => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);

/** What one finished pass has brought: numbers `from` to `to` of some components, but for `missingBits` last bits. */
type Pass = { components: readonly number[]; from: number; to: number; missingBits: number };

/** Whether every number of a picture is there but for its last bit. Always true of pictures that come in one pass. */
export function hasAllPasses(file: Buffer): boolean {
  const read = readPasses(file);
  if (read === undefined) return true;
  const complete = (component: number, number: number) =>
    read.passes.some(
      ({ components, from, to, missingBits }) =>
        components.includes(component) && from <= number && number <= to && missingBits <= 1,
    );
  return read.components.every((component) =>
    Array.from({ length: 64 }, (_, n) => n).every((n) => complete(component, n)),
  );
}

/** Undefined for a picture that does not come in passes. */
function readPasses(file: Buffer): { components: number[]; passes: Pass[] } | undefined {
  let components: number[] = [];
  let open: Pass | undefined;
  const passes: Pass[] = [];
  for (let at = 2; at + 4 <= file.length; ) {
    const marker = file[at] === 0xff ? (file[at + 1] ?? 0) : 0;
    // A marker behind a pass shows that the pass is finished.
    if (open && marker !== 0) passes.push(open);
    open = undefined;
    if (marker === end || marker === 0) break;
    const body = file.subarray(at + 4, at + 2 + file.readUInt16BE(at + 2));
    if (isFrame(marker) && marker !== frameProgressive) return undefined;
    if (marker === frameProgressive)
      components = Array.from({ length: body[5] ?? 0 }, (_, index) => body[6 + index * 3] ?? 0);
    if (marker === scan) open = passOf(body);
    at += 2 + file.readUInt16BE(at + 2);
    if (marker === scan) at = nextMarker(file, at);
  }
  return { components, passes };
}

function passOf(body: Buffer): Pass {
  const count = body[0] ?? 0;
  const components = Array.from({ length: count }, (_, index) => body[1 + index * 2] ?? 0);
  const [from = 0, to = 0, bits = 0] = body.subarray(1 + count * 2);
  return { components, from, to, missingBits: bits & 15 };
}

/** Behind the data of a pass, in which 0xff is followed by 0 or by the number of a restart. */
function nextMarker(file: Buffer, start: number): number {
  for (let at = file.indexOf(0xff, start); at >= 0; at = file.indexOf(0xff, at + 1)) {
    const next = file[at + 1] ?? 0;
    if (next > 0 && next < 0xff && (next < 0xd0 || next > 0xd7)) return at;
  }
  return file.length;
}
