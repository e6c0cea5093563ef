// Writes ICC display profiles of three colorants and one curve. Arithmetic only.

/** A chromaticity. */
export type Point = readonly [x: number, y: number];

/** The chromaticities of full red, green and blue, and of white. */
export type Primaries = readonly [red: Point, green: Point, blue: Point, white: Point];

/** From a signal to light, both 0 to 1; more is cut. */
export type Transfer = (signal: number) => number;

type Vector = [number, number, number];

const xyz = ([x, y]: Point): Vector => [x / y, 1, (1 - x - y) / y];

/** Bradford's cone responses. */
const bradford = [
  [0.8951, 0.2664, -0.1614],
  [-0.7502, 1.7135, 0.0367],
  [0.0389, -0.0685, 1.0296],
] as const;

/** ICC.1, 7.2.16: the profile connection space's white. */
const d50: Vector = [0.9642, 1, 0.8249];

type Matrix = readonly (readonly [number, number, number])[];

const times = (matrix: Matrix, vector: Vector): Vector =>
  matrix.map(([a, b, c]) => a * vector[0] + b * vector[1] + c * vector[2]) as Vector;

/** Solves `matrix` times x = vector by Cramer's rule. */
function solve(matrix: Matrix, vector: Vector): Vector {
  const [[a, b, c], [d, e, f], [g, h, i]] = matrix as [Vector, Vector, Vector];
  const [p, q, r] = vector;
  const det = (m: number[]) => {
    const [j = 0, k = 0, l = 0, m3 = 0, n = 0, o = 0, s = 0, t = 0, u = 0] = m;
    return j * (n * u - o * t) - k * (m3 * u - o * s) + l * (m3 * t - n * s);
  };
  const whole = det([a, b, c, d, e, f, g, h, i]);
  return [
    det([p, b, c, q, e, f, r, h, i]) / whole,
    det([a, p, c, d, q, f, g, r, i]) / whole,
    det([a, b, p, d, e, q, g, h, r]) / whole,
  ];
}

/** The colours of full red, green and blue, adapted to the white of profiles. */
function colorants([red, green, blue, white]: Primaries): Vector[] {
  const columns = [red, green, blue].map(xyz) as [Vector, Vector, Vector];
  const rows = [0, 1, 2].map((row) => columns.map((column) => column[row] ?? 0) as Vector);
  const amounts = solve(rows, xyz(white));
  const [from, to] = [times(bradford, xyz(white)), times(bradford, d50)];
  return columns.map((column, index) => {
    const light = column.map((value) => value * (amounts[index] ?? 0)) as Vector;
    const cones = times(bradford, light).map(
      (cone, at) => (cone * (to[at] ?? 0)) / (from[at] ?? 1),
    ) as Vector;
    return solve(bradford, cones);
  });
}

/** A display profile (ICC.1:2001-04, 6.3.1.1). */
export function displayProfile(primaries: Primaries, transfer: Transfer): Buffer {
  const text = Buffer.from("coded colours\0", "latin1");
  const description = Buffer.concat([tag("desc"), word(text.length), text, Buffer.alloc(78)]);
  const points = Array.from({ length: 256 }, (_, index) => clamp(transfer(index / 255)));
  const curve = Buffer.alloc(points.length * 2);
  for (const [index, value] of points.entries()) curve.writeUInt16BE(Math.round(value * 65_535), index * 2);
  const [red, green, blue] = colorants(primaries) as [Vector, Vector, Vector];
  const curves = Buffer.concat([tag("curv"), word(points.length), curve]);
  return assemble([
    [["desc"], description],
    [["cprt"], Buffer.concat([tag("text"), text])],
    [["wtpt"], place(d50)],
    [["rXYZ"], place(red)],
    [["gXYZ"], place(green)],
    [["bXYZ"], place(blue)],
    [["rTRC", "gTRC", "bTRC"], curves],
  ]);
}

function assemble(parts: readonly (readonly [names: readonly string[], data: Buffer])[]): Buffer {
  const count = parts.reduce((sum, [names]) => sum + names.length, 0);
  const table: Buffer[] = [word(count)];
  const data: Buffer[] = [];
  let at = 128 + 4 + count * 12;
  for (const [names, bytes] of parts) {
    const padded = Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
    for (const name of names) table.push(Buffer.from(name, "latin1"), word(at), word(bytes.length));
    data.push(padded);
    at += padded.length;
  }
  const header = Buffer.alloc(128);
  header.writeUInt32BE(at, 0);
  header.writeUInt32BE(0x02100000, 8);
  header.write("mntrRGB XYZ ", 12, "latin1");
  header.write("acsp", 36, "latin1");
  writeVector(header, 68, d50);
  return Buffer.concat([header, ...table, ...data]);
}

const clamp = (value: number) => Math.min(1, Math.max(0, value));
const tag = (name: string) => Buffer.concat([Buffer.from(name, "latin1"), Buffer.alloc(4)]);

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function place(vector: Vector): Buffer {
  const bytes = Buffer.alloc(12);
  writeVector(bytes, 0, vector);
  return Buffer.concat([tag("XYZ "), bytes]);
}

/** As 16.16 fixed point numbers. */
function writeVector(bytes: Buffer, at: number, vector: Vector): void {
  for (const [index, value] of vector.entries())
    bytes.writeInt32BE(Math.round(value * 65_536), at + index * 4);
}
