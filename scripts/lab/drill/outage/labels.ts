// Names of what an outage drill feeds. They belong to this drill alone, so that its effects can be counted.

/** The names, each from the number of an input where there are several. */
export type MixLabels = {
  /** Pictures of one album are counted one after another, so there are several. */
  albums: readonly string[];
  album: (number: number) => string;
  /** People who get files; files of one person are stored one after another. */
  owners: readonly string[];
  owner: (number: number) => string;
  /** A word that each text contains once. */
  word: string;
};

/** @param label lower-case letters, digits and hyphens */
export function labelsOf(label: string): MixLabels {
  const several = (count: number, nameOf: (index: number) => string) =>
    Array.from({ length: count }, (_, index) => nameOf(index));
  const albums = several(8, (index) => `${label}/${index}`);
  const owners = several(4, (index) => `${label}-${index}`);
  return {
    albums,
    album: (number) => albums[number % albums.length] ?? label,
    owners,
    owner: (number) => owners[number % owners.length] ?? label,
    word: label.replace(/[^a-z0-9]/g, ""),
  };
}
