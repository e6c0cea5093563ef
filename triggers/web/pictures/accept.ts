// Which files can become pictures, as far as anyone can say without decoding them. Used by the API and, before an upload, by
// the browser; so it imports nothing. The job decides in the end, by the bytes.

/** The largest picture: the job's own limit. */
export const maxPictureBytes = 50 * 1024 ** 2;

/** What a file field offers. */
export const acceptedPictures = "image/jpeg,image/png,image/webp,image/gif,image/avif,image/tiff";

/** The number of first bytes that `pictureProblem` looks at. */
export const headBytes = 16;

/** What is known of a file before it is sent. */
export type PictureFile = { name: string; type: string; bytes: number; head?: Uint8Array };

const formats = "A picture is a JPEG, PNG, WebP, GIF, AVIF or TIFF file.";
const heicWayOut =
  "HEIC pictures are not taken. On an iPhone, choose Settings, Camera, Formats, Most Compatible; or export it as JPEG.";

/** Why a file cannot become a picture; undefined when it may. */
export function pictureProblem({ name, type, bytes, head }: PictureFile): string | undefined {
  if (bytes === 0) return "The file is empty.";
  if (bytes > maxPictureBytes)
    return `The file has ${megabytes(bytes)} MB; a picture may have at most ${megabytes(maxPictureBytes)} MB.`;
  if (isHeic(name, type, head)) return heicWayOut;
  if (head !== undefined && !isPicture(head)) return `This is not a picture. ${formats}`;
  if (type !== "" && !type.startsWith("image/") && type !== "application/octet-stream")
    return `This is not a picture. ${formats}`;
  if (type === "image/svg+xml") return `SVG drawings are not taken. ${formats}`;
  return undefined;
}

const megabytes = (bytes: number) => Math.ceil(bytes / 1024 ** 2);

const textAt = (head: Uint8Array, at: number, length: number) =>
  String.fromCharCode(...head.subarray(at, at + length));

function isHeic(name: string, type: string, head: Uint8Array | undefined): boolean {
  if (head !== undefined && textAt(head, 4, 4) === "ftyp")
    return /^(hei|hev|mif1|msf1)/.test(textAt(head, 8, 4));
  return /^image\/hei[cf]/.test(type) || (type === "" && /\.hei[cf]$/i.test(name));
}

/** Whether bytes begin like a picture of an accepted format. */
function isPicture(head: Uint8Array): boolean {
  const start = textAt(head, 0, 4);
  return (
    start.startsWith("\xff\xd8\xff") ||
    start === "\x89PNG" ||
    start === "GIF8" ||
    (start === "RIFF" && textAt(head, 8, 4) === "WEBP") ||
    textAt(head, 4, 8) === "ftypavif" ||
    textAt(head, 4, 8) === "ftypavis" ||
    ["II*\0", "MM\0*", "II+\0", "MM\0+"].includes(start)
  );
}
