// The reasons why the app refuses a request: fixed texts a person understands, each with its status and a word for scripts.
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { FleetError } from "../../worker/fleet/errors.ts";

/** Base of all refusals, told apart by their `code`. Pages show `message`; the API answers it with `code` and `field`. */
export class Refused extends FleetError {
  override name = "Refused";
  readonly status: ContentfulStatusCode;
  readonly code: string;
  /** The field of the request at fault. */
  readonly field: string | undefined;

  constructor(status: ContentfulStatusCode, code: string, message: string, field?: string) {
    super(message);
    this.status = status;
    this.code = code;
    this.field = field;
  }
}

/** Nobody is signed in. */
export class NotSignedIn extends Refused {
  constructor() {
    super(401, "not-signed-in", "Sign in first.");
  }
}

/** Does not exist, or this person may not know that it does. Both look alike. */
export class NotFound extends Refused {
  constructor() {
    super(404, "not-found", "There is nothing here. It may have expired, been deleted, or never existed.");
  }
}

/** A signed-in person who is no admin asked for an admin's page. */
export class OnlyAdmins extends Refused {
  constructor() {
    super(403, "only-admins", "Only admins may see this page.");
  }
}

/** The request did not come from one of our pages in this session. */
export class ForeignRequest extends Refused {
  constructor() {
    super(403, "foreign-request", "This request did not come from this page. Reload the page and try again.");
  }
}

/** The body is longer than the route takes. */
export class BodyTooLarge extends Refused {
  constructor(maxBytes: number) {
    super(413, "body-too-large", `The request is too large: at most ${maxBytes} bytes are taken.`);
  }
}

/** The body is of another type than the route takes. */
export class WrongBodyType extends Refused {
  constructor(type: string) {
    super(415, "wrong-body-type", `The request's content type must be ${type}.`, "content-type");
  }
}

/** A field of the request cannot be used. */
export class InvalidField extends Refused {
  declare readonly field: string;
  readonly problem: string;

  constructor(field: string, problem: string) {
    super(422, "invalid-field", `${field}: ${problem}`, field);
    this.problem = problem;
  }
}

/** What is asked for is no longer as the person saw it. */
export class Conflict extends Refused {
  constructor(message: string) {
    super(409, "conflict", message);
  }
}

/** More work waits than can be done soon. */
export class TooBusy extends Refused {
  constructor() {
    super(503, "too-busy", "Too many people are trying passwords right now. Try again in a minute.");
  }
}

/** Too many attempts. */
export class TooManyAttempts extends Refused {
  constructor() {
    super(429, "too-many-attempts", "There were too many attempts. Try again in a few minutes.");
  }
}
