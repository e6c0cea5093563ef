// What is read of a TIFF's directories.

/** The first value of tags (TIFF 6.0; DNG 1.6); those that a page lacks are undefined. */
export type TiffPage = Partial<Record<keyof typeof tags, number>>;

export const tags = {
  kind: 254,
  bits: 258,
  photometric: 262,
  samples: 277,
  subDirectories: 330,
  format: 339,
  dngVersion: 50_706,
} as const;
