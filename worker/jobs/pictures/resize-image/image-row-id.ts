// The id of a picture's row. Pure: triggers import it.

/** The id: an object is one picture, whatever its versions. */
export const imageRowId = ({ bucket, key }: { bucket: string; key: string }): string => `${bucket}/${key}`;
