// Sessions: what a cookie stands for.
import type { Visitor } from "./visitor.ts";

/** Finds the person behind a cookie's value; undefined when it is unknown, ended or expired. */
export type FindVisitor = (cookie: string) => Promise<Visitor | undefined>;
