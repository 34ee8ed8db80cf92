import type { Problem } from "./types";

/** What the browser itself refuses before, or instead of, the server. */
export const NETWORK = "NETWORK";

interface Refusal {
  readonly code: string;
  readonly message?: string | undefined;
  readonly status?: number;
  readonly reason?: string | null;
  readonly correlationId?: string | null;
  readonly retryAfter?: number | null;
  readonly problems?: readonly Problem[];
}

/**
 * A refused request: the first problem of the envelope, as something to catch.
 *
 * `correlationId` is what a patient quotes to support; `retryAfter` is in seconds.
 */
export class ApiError extends Error {
  readonly code: string;
  readonly status: number;
  readonly reason: string | null;
  readonly correlationId: string | null;
  readonly retryAfter: number | null;
  readonly problems: readonly Problem[];

  constructor(refusal: Refusal) {
    super(refusal.message ?? refusal.code);
    this.name = "ApiError";
    this.code = refusal.code;
    this.status = refusal.status ?? 0;
    this.reason = refusal.reason ?? null;
    this.correlationId = refusal.correlationId ?? null;
    this.retryAfter = refusal.retryAfter ?? null;
    this.problems = refusal.problems ?? [];
  }
}

/** Whether the same request may succeed later, unchanged. */
export function isPassing(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 0 || error.status === 429 || error.status >= 500);
}

/** The error as an `ApiError`, whatever it was. */
export function asApiError(error: unknown): ApiError {
  return error instanceof ApiError ? error : new ApiError({ code: "UNFORESEEN" });
}
