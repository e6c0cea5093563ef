// Which files can become pictures, as far as anyone can say without decoding them. Used by the API and, before an upload, by
// the browser; so it imports nothing. The job decides in the end, by the bytes.

/** The largest picture: the job's own limit. */
export const maxPictureBytes = 50 * 1024 ** 2;

/** What a file field offers. */
export const acceptedPictures =
  "image/jpeg,image/heic,image/heif,.heic,.heif,image/png,image/webp,image/gif,image/avif,image/tiff,image/bmp";

/** The same for people. */
export const pictureFormats = "JPEG, HEIC, PNG, WebP, GIF, AVIF, TIFF or BMP";

/** The number of first bytes that `pictureProblem` looks at. */
export const headBytes = 16;

/** What is known of a file before it is sent. */
export type PictureFile = { name: string; type: string; bytes: number; head?: Uint8Array };

const formats = `A picture is a ${pictureFormats} file.`;
const drawing = "SVG drawings are not taken. Export it as PNG and send that.";
const raw = "A camera's raw files are not taken. Develop it, export it as JPEG and send that.";

/** Why a file cannot become a picture; undefined when it may. */
export function pictureProblem({ name, type, bytes, head }: PictureFile): string | undefined {
  if (bytes === 0) return "The file is empty.";
  if (bytes > maxPictureBytes)
    return `The file has ${megabytes(bytes)} MB; a picture may have at most ${megabytes(maxPictureBytes)} MB.`;
  if (isRaw(name, type)) return raw;
  if (type === "image/svg+xml") return drawing;
  if (head !== undefined && !isPicture(head)) return `This is not a picture. ${formats}`;
  if (type !== "" && !type.startsWith("image/") && type !== "application/octet-stream")
    return `This is not a picture. ${formats}`;
  return undefined;
}

const megabytes = (bytes: number) => Math.ceil(bytes / 1024 ** 2);

const textAt = (head: Uint8Array, at: number, length: number) =>
  String.fromCharCode(...head.subarray(at, at + length));

/** Raw files begin like TIFF; browsers call some of them pictures. */
const isRaw = (name: string, type: string) =>
  /^image\/(x-)?(adobe-dng|canon-cr[23w]|nikon-n[er][fw]|sony-arw|fuji-raf|panasonic-rw2|olympus-orf|pentax-pef)$/.test(
    type,
  ) || /\.(dng|cr2|cr3|nef|nrw|arw|raf|rw2|orf|pef)$/i.test(name);

/** Brands of pictures in ISO media files. */
const brands = /^(avi[fs]|hei[cxms]|hev[cxms]|mi[fa][123f]|msf1)/;

/** Whether bytes begin like a picture of an accepted format. */
function isPicture(head: Uint8Array): boolean {
  const start = textAt(head, 0, 4);
  return (
    start.startsWith("\xff\xd8\xff") ||
    start === "\x89PNG" ||
    start === "GIF8" ||
    (start === "RIFF" && textAt(head, 8, 4) === "WEBP") ||
    (textAt(head, 4, 4) === "ftyp" && brands.test(textAt(head, 8, 4))) ||
    start.startsWith("BM") ||
    ["II*\0", "MM\0*", "II+\0", "MM\0+"].includes(start)
  );
}
