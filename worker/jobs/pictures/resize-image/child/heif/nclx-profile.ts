// ICC profiles for colours that a picture describes by code points (ISO/IEC 23091-2, "nclx") instead of by a profile: colour
// management then does the rest. Brighter-than-white values of HDR pictures are compressed into the range of a usual screen.
import type { Coding } from "./heif-memory.ts";
import { displayProfile, type Point, type Primaries, type Transfer } from "./icc-profile.ts";

const d65: Point = [0.3127, 0.329];

/** By code point (23091-2, table 2). Not listed: those of sRGB, and those that no camera writes. */
const primariesOf: Readonly<Record<number, Primaries>> = {
  5: [[0.64, 0.33], [0.29, 0.6], [0.15, 0.06], d65],
  6: [[0.63, 0.34], [0.31, 0.595], [0.155, 0.07], d65],
  7: [[0.63, 0.34], [0.31, 0.595], [0.155, 0.07], d65],
  9: [[0.708, 0.292], [0.17, 0.797], [0.131, 0.046], d65],
  11: [
    [0.68, 0.32],
    [0.265, 0.69],
    [0.15, 0.06],
    [0.314, 0.351],
  ],
  12: [[0.68, 0.32], [0.265, 0.69], [0.15, 0.06], d65],
};

const srgbPrimaries: Primaries = [[0.64, 0.33], [0.3, 0.6], [0.15, 0.06], d65];

const srgb: Transfer = (signal) => (signal <= 0.04045 ? signal / 12.92 : ((signal + 0.055) / 1.055) ** 2.4);

/** The brightest light that is told apart, in units of white paper (203 cd/m2, BT.2408). */
const brightest = 1000 / 203;

/** Reinhard's curve: light in units of white paper becomes 0 to 1, white paper three quarters of the signal. */
const compressed = (light: number) => (light * (1 + light / brightest ** 2)) / (1 + light);

/** SMPTE ST 2084. */
const pq: Transfer = (signal) => {
  const power = signal ** (1 / 78.84375);
  const light = (Math.max(0, power - 0.8359375) / (18.8515625 - 18.6875 * power)) ** (1 / 0.1593017578125);
  return compressed((light * 10_000) / 203);
};

/** BT.2100 hybrid log-gamma with the system gamma of a screen of 1000 cd/m2. */
const hlg: Transfer = (signal) => {
  const scene =
    signal <= 0.5 ? signal ** 2 / 3 : (Math.exp((signal - 0.55991073) / 0.17883277) + 0.28466892) / 12;
  return compressed(scene ** 1.2 * brightest);
};

/** By code point (23091-2, table 3). All others are shown as sRGB, as browsers do with BT.709 and BT.601. */
const transferOf: Readonly<Record<number, Transfer>> = {
  4: (signal) => signal ** 2.2,
  5: (signal) => signal ** 2.8,
  8: (signal) => signal,
  16: pq,
  18: hlg,
};

/** The profile of a coding; undefined where it is that of sRGB. */
export function profileOf(coding: Coding | undefined): Buffer | undefined {
  const primaries = coding && primariesOf[coding.primaries];
  const transfer = coding && transferOf[coding.transfer];
  if (!primaries && !transfer) return undefined;
  return displayProfile(primaries ?? srgbPrimaries, transfer ?? srgb);
}
