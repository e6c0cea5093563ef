// Calls of the pages' own API: JSON both ways, with the session's token, and errors a person understands.

/** An answer that says no. `code` is for scripts, the message for people. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** There was no answer: no network, or the pages are being replaced. Worth another try. */
export class NoAnswer extends Error {}

const token = () => document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]')?.content ?? "";

/**
 * Calls the API.
 * @throws Refusal, NoAnswer, or the signal's reason
 */
export async function call<Answer>(
  method: "GET" | "POST" | "PUT" | "DELETE",
  path: string,
  { body, signal }: { body?: unknown; signal?: AbortSignal } = {},
): Promise<Answer> {
  const answer = await fetch(path, {
    method,
    headers: { "content-type": "application/json", "x-csrf-token": token() },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(signal !== undefined && { signal }),
  }).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw new NoAnswer("The pages do not answer.", { cause: error });
  });
  if (answer.status >= 500) throw new NoAnswer("Something went wrong on our side.");
  if (!answer.ok) throw await refusalOf(answer);
  if (answer.status === 204) return undefined as Answer;
  return (await answer.json()) as Answer;
}

async function refusalOf(answer: Response): Promise<Refusal> {
  const { error } = (await answer.json().catch(() => ({}))) as {
    error?: { code?: string; message?: string; field?: string };
  };
  const text = error?.message ?? `The pages answered ${answer.status}.`;
  const message =
    error?.field && text.startsWith(`${error.field}: `) ? text.slice(error.field.length + 2) : text;
  return new Refusal(answer.status, error?.code ?? "refused", message);
}
