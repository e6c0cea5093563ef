// What producers of a newer version write that workers of the present version do not know.

/** The message version and the kind that the later version of the worker reads as the present one. */
export const later = { version: 2, kind: "remove-image" } as const;

/** What no worker will ever know. */
export const unbuilt = { version: 99, kind: "paint-picture" } as const;

/** The forms of a newer message. */
export const newerForms = ["field", "version", "kind"] as const;
export type NewerForm = (typeof newerForms)[number];
