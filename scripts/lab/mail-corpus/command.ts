// `npm run lab -- mail-corpus`: shows that the fleet finds the attachments of a folder of mails that Python's email package
// finds, byte by byte.
import { runMailCorpus } from "./run-mail-corpus.ts";

/** Runs the comparison in this process's environment. */
export const command = (args: string[]): Promise<number> => runMailCorpus(args, process.env);
