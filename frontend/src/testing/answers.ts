/** How a fake server answers one request. */
export type Answer = (url: string, init: RequestInit) => Promise<Response>;

const REQUEST_ID = "fake";

/** A successful answer in the API's envelope. */
export function envelope(data: unknown): Response {
  return Response.json({ data, meta: meta(), errors: [] });
}

/** A refusal in the API's envelope: `refusal(503, { reason: "capacity", retryAfter: "5" })`. */
export function refusal(
  status: number,
  { code = "FAKE_001", reason, retryAfter }: { code?: string; reason?: string; retryAfter?: string } = {},
): Answer {
  const entry = { code, message: "Refused.", ...(reason === undefined ? {} : { reason }) };
  const headers = retryAfter === undefined ? {} : { "Retry-After": retryAfter };
  return async () => Response.json({ data: null, meta: meta(), errors: [entry] }, { status, headers });
}

/** A page instead of a stream, as proxies and sign-in walls send it. */
export const html: Answer = async () =>
  new Response("<!doctype html><title>Sign in</title>", { headers: { "Content-Type": "text/html" } });

/** No connection: what `fetch` says of it. */
export const unreachable: Answer = async () => {
  throw new TypeError("Failed to fetch");
};

/** Headers that never come. Deaf also to being aborted, unlike any real `fetch`. */
export const neverAnswers: Answer = () => new Promise(() => undefined);

/** An event stream with this body, and nothing after it. */
export function streamOf(body: BodyInit, contentType = "text/event-stream; charset=utf-8"): Answer {
  return async () => new Response(body, { headers: { "Content-Type": contentType } });
}

/** An answer that is made when it is asked for, and arrives when it is released. */
export function held(answer: Answer): { answer: Answer; release: () => void } {
  let release: () => void = () => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  return {
    answer: async (url, init) => {
      const response = await answer(url, init);
      await released;
      return response;
    },
    release: () => release(),
  };
}

function meta() {
  return { request_id: REQUEST_ID, timestamp: "2026-01-02T03:04:05Z", api_version: "v1" };
}
