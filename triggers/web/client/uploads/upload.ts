// One upload, as the queue and the list see it.

/**
 * checking -> waiting -> sending -> processing -> done; or paused, failed (may be tried again), refused (may not). `lost` is
 * an upload from before a reload whose file the browser no longer has: choosing the same file goes on with it.
 */
export type UploadState =
  | "checking"
  | "waiting"
  | "sending"
  | "paused"
  | "processing"
  | "done"
  | "failed"
  | "refused"
  | "lost";

/** What the link allows that a file gets. */
export type LinkWish = { password?: string; maxDownloads?: number };

export type Upload = {
  /** Of this page only. */
  readonly key: number;
  readonly name: string;
  readonly folder: string;
  readonly bytes: number;
  file: File | undefined;
  state: UploadState;
  /** Bytes that have gone. */
  sent: number;
  /** Why it failed or was refused, or what became of it. */
  text: string;
  /** Its id at the pages, once it was announced. */
  id?: string;
  /** The file shall get a link. */
  linkWish?: LinkWish;
  /** The link. The pages tell it only once. */
  link?: string;
  /** S3's version of what was sent by a form. */
  versionId?: string;
  /** Stops what is being done for it. */
  stop?: AbortController;
};

/** Whether nothing more happens with it by itself. */
export const isSettled = ({ state }: Pick<Upload, "state">): boolean =>
  ["done", "refused", "failed", "lost"].includes(state);

/** How uploads of one purpose are sent, and what becomes of them. */
export type Carrier = {
  /** Why a file will not be taken, told before it is sent. */
  problem: (file: File) => Promise<string | undefined>;
  /** Sends the file: announces it and delivers its bytes. Calling it again goes on where it stopped. */
  send: (upload: Upload, file: File, signal: AbortSignal, changed: () => void) => Promise<void>;
  /** What became of uploads that were sent: those that are settled now. */
  outcomes: (uploads: readonly Upload[]) => Promise<void>;
  /** Whether a failure is for the person to mend, the same for all uploads. Then everything waits. */
  waitsForPerson?: (error: unknown) => boolean;
  /** Gives an upload up. */
  cancel?: (upload: Upload) => Promise<void>;
};
