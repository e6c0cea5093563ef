// The files in a drop or a choice, those in folders with the path of their folder. Folders are read as far as they go.
import { isJunk } from "../../../shared/folder-junk.ts";

/** A file that was dropped or chosen. */
export type Collected = { file: File; folder: string };

/** What was found, and how many files were left out. */
export type Collection = { files: Collected[]; junk: number };

/** The files of a drop. Call it in the event's handler: the browser forgets the items afterwards. */
export async function fromDrop({ items, files }: DataTransfer): Promise<Collection> {
  const taken = [...items].filter(({ kind }) => kind === "file").map(takeItem);
  const found = taken.length === 0 ? [...files].map(alone) : (await Promise.all(taken)).flat();
  return withoutJunk(found);
}

/** The files of a file field, single ones or a folder. */
export function fromField(files: FileList): Collection {
  return withoutJunk(
    [...files].map((file) => ({ file, folder: file.webkitRelativePath.split("/").slice(0, -1).join("/") })),
  );
}

const alone = (file: File): Collected => ({ file, folder: "" });

function withoutJunk(found: readonly Collected[]): Collection {
  const files = found.filter(({ file, folder }) => folder === "" || !isJunk(folder, file.name));
  return { files, junk: found.length - files.length };
}

function takeItem(item: DataTransferItem): Promise<Collected[]> {
  const entry = item.webkitGetAsEntry();
  const file = item.getAsFile();
  if (entry?.isDirectory) return readFolder(entry as FileSystemDirectoryEntry, entry.name);
  return Promise.resolve(file === null ? [] : [alone(file)]);
}

async function readFolder(folder: FileSystemDirectoryEntry, path: string): Promise<Collected[]> {
  const found: Collected[] = [];
  for (const entry of await entriesOf(folder)) {
    if (entry.isDirectory)
      found.push(...(await readFolder(entry as FileSystemDirectoryEntry, `${path}/${entry.name}`)));
    else found.push({ file: await fileOf(entry as FileSystemFileEntry), folder: path });
  }
  return found;
}

/** A browser gives the entries of a folder in portions, up to an empty one. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return all;
    all.push(...some);
  }
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}
