import type { StreamCredentials } from "../stream/types";
import { type Answer, opened, unreachable } from "./envelope";
import { newId } from "./ids";

interface Asked {
  readonly method: "GET" | "POST" | "PUT";
  readonly body?: unknown;
  /** `X-Idempotency-Key`: the same key again has no second effect. */
  readonly key?: string;
  readonly signal?: AbortSignal;
}

/** The API as one signed-in person sees it; every refusal is thrown as an `ApiError`. */
export interface Api {
  get<Data>(path: string, signal?: AbortSignal): Promise<Data>;
  /** A page of a list, with what to ask the page before it with. */
  page<Item>(path: string, signal?: AbortSignal): Promise<{ items: Item[]; next: string | null }>;
  post<Data>(path: string, body: unknown, key: string, signal?: AbortSignal): Promise<Data>;
  put<Data>(path: string, body: unknown, key: string): Promise<Data>;
}

const UNAUTHORIZED = 401;

/** Sends token, tenant and a correlation id with every request, and asks once for a fresh token after a 401. */
export function createApi(credentials: StreamCredentials, send: typeof fetch = (...given) => fetch(...given)): Api {
  async function attempt(path: string, asked: Asked, correlationId: string, refresh: boolean): Promise<Response> {
    const token = await credentials.getToken({ refresh });
    const headers = new Headers({
      Authorization: `Bearer ${token}`,
      "X-Tenant-ID": credentials.tenantId,
      "X-Correlation-ID": correlationId,
    });
    if (asked.body !== undefined) headers.set("Content-Type", "application/json");
    if (asked.key !== undefined) headers.set("X-Idempotency-Key", asked.key);
    return send(`/api/v1${path}`, {
      method: asked.method,
      headers,
      ...(asked.body === undefined ? {} : { body: JSON.stringify(asked.body) }),
      ...(asked.signal ? { signal: asked.signal } : {}),
    }).catch((error: unknown) => {
      throw isAbort(error) ? error : unreachable(correlationId);
    });
  }

  async function ask<Data>(path: string, asked: Asked): Promise<Answer<Data>> {
    const correlationId = newId("web");
    const first = await attempt(path, asked, correlationId, false);
    const response = first.status === UNAUTHORIZED ? await attempt(path, asked, correlationId, true) : first;
    return opened<Data>(response, correlationId);
  }

  return {
    async get<Data>(path: string, signal?: AbortSignal) {
      return (await ask<Data>(path, { method: "GET", ...(signal ? { signal } : {}) })).data;
    },
    async page<Item>(path: string, signal?: AbortSignal) {
      const { data, meta } = await ask<Item[]>(path, { method: "GET", ...(signal ? { signal } : {}) });
      return { items: data, next: meta.next ?? null };
    },
    async post<Data>(path: string, body: unknown, key: string, signal?: AbortSignal) {
      return (await ask<Data>(path, { method: "POST", body, key, ...(signal ? { signal } : {}) })).data;
    },
    async put<Data>(path: string, body: unknown, key: string) {
      return (await ask<Data>(path, { method: "PUT", body, key })).data;
    },
  };
}

function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === "AbortError";
}
