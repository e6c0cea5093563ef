// The name under which a result is saved: the upload's, with the ending of what it has become.

/** Endings by content type, the usual one first. */
const endings: Readonly<Record<string, readonly [string, ...string[]]>> = {
  "image/jpeg": ["jpg", "jpeg", "jfif"],
  "image/png": ["png"],
  "image/webp": ["webp"],
  "image/avif": ["avif"],
};

/** Endings of pictures, which are replaced; any other part behind a dot belongs to the name. */
const known = /\.(jpe?g|jfif|png|apng|webp|gif|avif|heic|heif|hif|tiff?|bmp|dib)$/i;

/** The upload's name if its ending fits the type, else the name with the ending that fits. */
export function savedName(name: string, contentType: string): string {
  const fitting = endings[contentType];
  if (fitting === undefined) return name;
  const ending = name.slice(name.lastIndexOf(".") + 1).toLowerCase();
  return name.includes(".") && fitting.includes(ending) ? name : `${name.replace(known, "")}.${fitting[0]}`;
}
