// The id that stands in for a job's where its message cannot be read: by no version, or by a newer one only.

const mark = "/unreadable-";

/** The stand-in for the job of a message. */
export const standInId = (kind: string, messageId: string): string => `${kind}${mark}${messageId}`;

/** Whether an id is a stand-in. */
export const isStandIn = (jobId: string): boolean => jobId.includes(mark);
