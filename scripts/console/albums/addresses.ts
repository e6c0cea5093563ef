// Addresses of albums, their pictures and their contact sheets. Names of albums are folders that people chose, so a page that
// masks one means it by its seal.

/** An album's page. `ref` is its name, or its seal. */
export const albumAddress = (ref: string): string => `/results/album?${new URLSearchParams({ name: ref })}`;

/** Leads to the picture at a place of an album. */
export const pictureAddress = (ref: string, ordinal: number): string =>
  `/results/album/picture?${new URLSearchParams({ name: ref, ordinal: String(ordinal) })}`;

/** Leads to a contact sheet. */
export const sheetAddress = (ref: string, threshold: number): string =>
  `/results/album/sheet?${new URLSearchParams({ name: ref, threshold: String(threshold) })}`;
