import { QueryClient } from "@tanstack/react-query";
import { ApiError, isPassing } from "../api/errors";

const TRIES = 3;
const UNAUTHORIZED = 401;
const FRESH_MS = 30_000;

/** What is read is tried again only when that may help: a refusal stays one. */
export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      // "always": what the browser thinks of its network says little of the way to our server, and a message that is
      // not sent has to say so.
      queries: {
        networkMode: "always",
        staleTime: FRESH_MS,
        retry: (count, error) => count < (isPassing(error) ? TRIES : isUnauthorized(error) ? 1 : 0),
      },
      mutations: { networkMode: "always", retry: false },
    },
  });
}

/** The token is asked for once more then: the page that says so takes the place of all that was being done. */
function isUnauthorized(error: unknown): boolean {
  return error instanceof ApiError && error.status === UNAUTHORIZED;
}
