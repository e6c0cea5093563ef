// Texts as words of a shell.

/** In single quotes for bash and zsh. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** In single quotes for fish, where a backslash escapes. */
export const quotedForFish = (text: string): string => `'${text.replace(/[\\']/g, "\\$&")}'`;
