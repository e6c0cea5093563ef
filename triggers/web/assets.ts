// The pages' static files: styles, scripts and the icon. Locally the app serves them; in the cloud the CDN does, and the
// app only needs their version.

/** A static file. */
export type Asset = { body: Uint8Array<ArrayBuffer>; type: string };

/** The static files by name, and the version that their addresses carry. */
export type Assets = { version: string; files: ReadonlyMap<string, Asset> };

/** The address of a static file. It changes with every version, so browsers and the CDN may keep the file for good. */
export function assetAddress({ version }: Pick<Assets, "version">, name: string): string {
  return `/assets/${version}/${name}`;
}
