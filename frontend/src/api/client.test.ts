import { describe, expect, it, vi } from "vitest";
import { envelope, refusal, unreachable } from "../testing/answers";
import { createApi } from "./client";
import { ApiError, NETWORK } from "./errors";

function api(...answers: ((url: string, init: RequestInit) => Promise<Response>)[]) {
  const getToken = vi.fn(async ({ refresh }: { refresh: boolean }) => (refresh ? "fresh" : "held"));
  const requests: { url: string; headers: Headers; body: unknown }[] = [];
  const send = async (url: unknown, init: RequestInit = {}) => {
    requests.push({ url: String(url), headers: new Headers(init.headers), body: init.body });
    const answer = answers.shift();
    if (!answer) throw new Error("asked too often");
    return answer(String(url), init);
  };
  return { api: createApi({ tenantId: "tenant-1", getToken }, send as typeof fetch), requests, getToken };
}

const ok = async () => envelope("good");

describe("a request", () => {
  it("says who asks, for which tenant, and under which name", async () => {
    const { api: asked, requests } = api(ok);
    expect(await asked.post("/consent", { granted: true }, "key-1")).toBe("good");
    const [{ url, headers, body } = { url: "", headers: new Headers(), body: "" }] = requests;
    expect(url).toBe("/api/v1/consent");
    expect(headers.get("Authorization")).toBe("Bearer held");
    expect(headers.get("X-Tenant-ID")).toBe("tenant-1");
    expect(headers.get("X-Idempotency-Key")).toBe("key-1");
    expect(headers.get("X-Correlation-ID")).toMatch(/^[A-Za-z0-9._:-]{1,100}$/);
    expect(body).toBe('{"granted":true}');
  });

  it("asks for a fresh token once after a 401, under the same correlation id", async () => {
    const { api: asked, requests } = api(refusal(401), ok);
    expect(await asked.get("/patients/1")).toBe("good");
    expect(requests.map(({ headers }) => headers.get("Authorization"))).toEqual(["Bearer held", "Bearer fresh"]);
    expect(new Set(requests.map(({ headers }) => headers.get("X-Correlation-ID"))).size).toBe(1);
  });

  it("gives up after the second 401", async () => {
    const { api: asked } = api(refusal(401, { code: "AUTH_TOKEN_INVALID_001" }), refusal(401, { code: "A_002" }));
    await expect(asked.get("/patients/1")).rejects.toMatchObject({ status: 401, code: "A_002" });
  });
});

describe("a refusal", () => {
  it("is an error with its code, its reason, and when to come back", async () => {
    const { api: asked } = api(refusal(429, { code: "RATE_LIMIT_001", reason: "writes", retryAfter: "12" }));
    const error: unknown = await asked.get("/x").catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ code: "RATE_LIMIT_001", status: 429, reason: "writes", retryAfter: 12 });
  });

  it("carries the correlation id that was sent, when the answer has none", async () => {
    const { api: asked, requests } = api(refusal(500));
    const error = await asked.get("/x").catch((thrown: unknown) => thrown as ApiError);
    expect((error as ApiError).correlationId).toBe(requests[0]?.headers.get("X-Correlation-ID"));
  });

  it("may be a proxy's own page", async () => {
    const { api: asked } = api(async () => new Response("<h1>Bad gateway</h1>", { status: 502 }));
    await expect(asked.get("/x")).rejects.toMatchObject({ code: "HTTP_502", status: 502 });
  });

  it("is told apart from no answer at all", async () => {
    const { api: asked } = api(unreachable);
    await expect(asked.get("/x")).rejects.toMatchObject({ code: NETWORK, status: 0 });
  });
});
