// A route as data: who may use it, what it takes, what it answers. The app, the tests and the API's description read it.
import type * as z from "zod";

/** Who may use a route: anybody, any signed-in person, or admins. Whether a person may see one file is the handler's to say. */
export type Access = "public" | "session" | "admin";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/** Schemas of a route's inputs. A form's fields and an API's JSON are both `body`. */
export type Inputs = { params?: z.ZodType; query?: z.ZodType; body?: z.ZodType };

/** What every route declares. */
export type Declaration = {
  method: Method;
  /** Hono's pattern: `/files/:id`. Everything below `/api/` is JSON, everything else pages and forms. */
  path: `/${string}`;
  access: Access;
  /** A public route that is the same for everybody: the session is not even read. */
  anonymous?: true;
  /** What it is for, in one phrase. */
  summary: string;
  inputs?: Inputs;
  /** The JSON that an API route answers on success. */
  answer?: z.ZodType;
  /** Status of success, 200 unless said otherwise. */
  answers?: number;
  /** Largest body; 64 KB unless said otherwise. */
  maxBodyBytes?: number;
};

/** Whether a route changes something, so that it needs protection against requests from other sites. */
export const isUnsafe = ({ method }: Pick<Declaration, "method">): boolean => method !== "GET";

/** Whether a route answers JSON. */
export const isApi = ({ path }: Pick<Declaration, "path">): boolean => path.startsWith("/api/v1/");
