// Remembers uploads over a reload: their ids, what file they were of, and, where the browser offers one, a handle of the file,
// by which it can be read again without being chosen again. Never the bytes.

/** What is remembered. */
export type Remembered = {
  id: string;
  name: string;
  folder: string;
  bytes: number;
  /** All bytes have gone; the job had not ended. */
  sent: boolean;
  handle?: FileSystemFileHandle;
};

const databaseName = "fleet-uploads";
const storeName = "uploads";

/** The memory. Where the browser keeps nothing, for example in a private window, it forgets. */
export class UploadMemory {
  #database: Promise<IDBDatabase> | undefined;

  async put(upload: Remembered): Promise<void> {
    await this.#run("readwrite", (store) => store.put(upload)).catch(() => {});
  }

  async remove(id: string): Promise<void> {
    await this.#run("readwrite", (store) => store.delete(id)).catch(() => {});
  }

  async all(): Promise<Remembered[]> {
    return this.#run<Remembered[]>("readonly", (store) => store.getAll()).catch(() => []);
  }

  async #run<Answer>(
    mode: IDBTransactionMode,
    ask: (store: IDBObjectStore) => IDBRequest<Answer>,
  ): Promise<Answer> {
    this.#database ??= open();
    const database = await this.#database;
    return new Promise((resolve, reject) => {
      const request = ask(database.transaction(storeName, mode).objectStore(storeName));
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  }
}

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(databaseName, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(storeName, { keyPath: "id" });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
