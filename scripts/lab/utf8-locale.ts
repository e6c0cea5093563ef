// The locale of programs that read or write names of files.

/** The environment, in UTF-8 whatever the machine's locale: without one, such programs take names for ASCII. */
export const inUtf8 = (): NodeJS.ProcessEnv => ({ ...process.env, LC_ALL: "C.UTF-8" });
