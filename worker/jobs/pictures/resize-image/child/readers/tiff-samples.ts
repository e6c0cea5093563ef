// Which numbers a TIFF may have for its pixels: those that come out with the right colours. libvips shows others black, white or
// in wrong colours without a word, so they are refused with what they are.
import { sharp } from "../../../child/confined-sharp.ts";
import { refusals } from "../../refusals.ts";
import { PictureRefused } from "../picture-refused.ts";
import type { TiffPage } from "./tiff-tags.ts";

/** Values of the tag "format". */
const [unsigned, signed, float, unknown] = [1, 2, 3, 4];

type Rule = { name: string; bits: readonly number[]; channels: readonly number[] };

/** By photometric interpretation. The last channel of the greater number is alpha. */
const rules: Readonly<Record<number, Rule>> = {
  0: { name: "grey", bits: [1, 2, 4, 8, 16], channels: [1, 2] },
  1: { name: "grey", bits: [1, 2, 4, 8, 16], channels: [1, 2] },
  2: { name: "RGB", bits: [8, 16], channels: [3, 4] },
  3: { name: "palette", bits: [1, 2, 4, 8], channels: [1, 2] },
  5: { name: "CMYK", bits: [8, 16], channels: [4, 5] },
  6: { name: "YCbCr", bits: [8], channels: [3, 4] },
};

/** Light as floating point numbers, 1 for white: what programs for pictures with a high dynamic range write. */
const lightRule: Rule = { name: "RGB", bits: [16, 32], channels: [3, 4] };

const otherNames: Readonly<Record<number, string>> = { 8: "CIE L*a*b*", 9: "ICC L*a*b*", 10: "ITU L*a*b*" };

/** @throws PictureRefused for numbers that would not come out right */
export function checkSamples(page: TiffPage | undefined): void {
  if (page?.photometric === undefined) return;
  const { photometric, bits = 1, samples = 1, format = unsigned } = page;
  const light = format === float && photometric === 2;
  const rule = light ? lightRule : format === unsigned || format === unknown ? rules[photometric] : undefined;
  if (rule?.bits.includes(bits) && rule.channels.includes(samples)) return;
  const name = rules[photometric]?.name ?? otherNames[photometric] ?? `interpretation ${photometric}`;
  const kind = { [signed]: "signed ", [float]: "floating-point " }[format] ?? "";
  throw new PictureRefused(
    refusals.unsupportedSamples(`${samples} x ${bits}-bit ${kind}numbers for each pixel (${name})`),
  );
}

/** The brightest light of pictures, 1 for white. What has larger numbers counts something else, 255 for white for instance. */
const brightest = 100;

/** @throws PictureRefused for floating-point numbers that cannot be light */
export async function checkLight({
  file,
  page,
  pixels,
}: {
  file: string;
  page: number;
  pixels: number;
}): Promise<void> {
  const { channels } = await sharp(file, { page, limitInputPixels: pixels, failOn: "error" }).stats();
  const light = channels.every(
    ({ min, max, mean }) => Number.isFinite(mean) && min > -brightest && max < brightest,
  );
  if (!light)
    throw new PictureRefused(refusals.unsupportedSamples("floating-point numbers that are not 0 to 1"));
}
