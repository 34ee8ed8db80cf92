import { ApiError, NETWORK } from "./errors";
import type { Meta, Problem } from "./types";

export interface Answer<Data> {
  readonly data: Data;
  readonly meta: Meta & { readonly next?: string | null };
}

interface Envelope {
  readonly data: unknown;
  readonly meta: Meta;
  readonly errors: readonly Problem[];
}

/** What a successful answer says; throws the `ApiError` that a refusal says. */
export async function opened<Data>(response: Response, sent: string): Promise<Answer<Data>> {
  const correlationId = response.headers.get("X-Correlation-ID") ?? sent;
  const envelope = await parsed(response, correlationId);
  if (!response.ok) throw refusalIn(envelope, response, correlationId);
  return envelope as Answer<Data>;
}

/** The network's own failure: nothing was answered. */
export function unreachable(correlationId: string): ApiError {
  return new ApiError({ code: NETWORK, correlationId });
}

async function parsed(response: Response, correlationId: string): Promise<Envelope> {
  try {
    return (await response.json()) as Envelope;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    // A proxy's own error page is no envelope.
    throw new ApiError({ code: `HTTP_${response.status}`, status: response.status, correlationId });
  }
}

function refusalIn(envelope: Envelope, response: Response, correlationId: string): ApiError {
  const first = envelope.errors[0];
  return new ApiError({
    code: first?.code ?? `HTTP_${response.status}`,
    message: first?.message,
    status: response.status,
    reason: first?.reason ?? null,
    correlationId,
    retryAfter: seconds(response.headers.get("Retry-After")),
    problems: envelope.errors,
  });
}

function seconds(header: string | null): number | null {
  const value = Number(header);
  return header !== null && Number.isFinite(value) ? value : null;
}
