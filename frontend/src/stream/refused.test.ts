// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { refusal } from "../testing";
import { FakeStreamServer } from "../testing/FakeStreamServer";
import { Page, pass, PROGRESS, range } from "../testing/page";

let server: FakeStreamServer;

beforeEach(() => {
  vi.useFakeTimers();
  server = new FakeStreamServer();
});
afterEach(() => vi.useRealTimers());

const emit = () => server.emit("intake_progress_updated", PROGRESS);
const bearers = () => server.attempts.map(({ headers }) => headers.get("Authorization"));
const tokenFor = (subject: string) => `e30.${btoa(JSON.stringify({ sub: subject }))}.signature`;

describe("401", () => {
  it("is answered by one fresh token, at once and without counting as a failure", async () => {
    server.tokens = ["expired", "fresh"];
    server.answerStreams(refusal(401));
    const page = new Page(server);
    await pass();
    expect(page.snapshot).toMatchObject({ status: "connected", attempts: 0 });
    expect(bearers()).toEqual(["Bearer expired", "Bearer fresh"]);
  });

  it("twice ends it as unauthorized, and a click tries again", async () => {
    server.answerStreams(refusal(401), refusal(401));
    const page = new Page(server);
    await pass(60_000);
    expect(page.snapshot).toMatchObject({ status: "disconnected", failure: "unauthorized" });
    expect(server.attempts).toHaveLength(2);
    page.reconnect();
    await pass();
    expect(page.snapshot).toMatchObject({ status: "connected", failure: null });
  });

  it("has its refresh again for every attempt", async () => {
    server.answerStreams(refusal(401));
    const page = new Page(server);
    await pass();
    emit();
    await pass();
    server.answerStreams(refusal(401));
    server.cut();
    await pass(1000);
    expect(page.snapshot.status).toBe("connected");
    expect(server.attempts).toHaveLength(4);
  });

  it("whose fresh token is not to be had is a failed attempt", async () => {
    server.answerStreams(refusal(401));
    const getToken = ({ refresh }: { refresh: boolean }) =>
      refresh ? Promise.reject(new Error("offline")) : Promise.resolve("token");
    const page = new Page(server, { credentials: { ...server.credentials, getToken } });
    await pass();
    expect(page.snapshot).toMatchObject({ status: "reconnecting", attempts: 1 });
  });
});

describe("a final answer", () => {
  it.each([
    [403, "forbidden"],
    [404, "not_found"],
    [423, "quarantined"],
  ] as const)("%d ends it at once as %s; nothing is asked again", async (status, failure) => {
    server.answerStreams(refusal(status));
    const page = new Page(server);
    await pass(600_000);
    expect(page.snapshot).toMatchObject({ status: "disconnected", failure });
    expect(server.requests).toHaveLength(1);
  });
});

describe("Retry-After", () => {
  it.each([
    [429, undefined],
    [503, "capacity"],
    [503, "draining"],
    [503, "unavailable"],
  ])("of a %d (%s) is waited for, and a drawn pause besides", async (status, reason) => {
    server.answerStreams(refusal(status, { retryAfter: "7", ...(reason === undefined ? {} : { reason }) }));
    const page = new Page(server);
    await pass(7000 + 1999);
    expect(server.attempts).toHaveLength(1);
    await pass(1);
    expect(page.snapshot.status).toBe("connected");
  });

  it("may be a date", async () => {
    const retryAfter = new Date(Math.ceil(Date.now() / 1000) * 1000 + 7000).toUTCString();
    server.answerStreams(refusal(503, { retryAfter }));
    const page = new Page(server);
    await pass(6500);
    expect(server.attempts).toHaveLength(1);
    await pass(4000);
    expect(page.snapshot.status).toBe("connected");
  });

  it.each(["soon", "-5", ""])("%j is no time: the drawn pause stands alone", async (retryAfter) => {
    server.answerStreams(refusal(503, { retryAfter }));
    const page = new Page(server);
    await pass(2000);
    expect(page.snapshot.status).toBe("connected");
  });

  it("is not believed beyond ten minutes", async () => {
    server.answerStreams(refusal(503, { retryAfter: "99999999999" }));
    const page = new Page(server);
    await pass(602_000);
    expect(page.snapshot.status).toBe("connected");
  });

  it("is no reason to ask more than three times", async () => {
    server.answerStreams(...range(1, 3).map(() => refusal(503, { reason: "capacity", retryAfter: "5" })));
    const page = new Page(server);
    await pass(600_000);
    expect(page.snapshot).toMatchObject({ status: "disconnected", failure: "unreachable" });
    expect(server.attempts).toHaveLength(3);
  });
});

describe("done", () => {
  async function connected(options: { follow?: boolean } = {}): Promise<Page> {
    const page = new Page(server, options);
    await pass();
    emit();
    await pass();
    return page;
  }

  it.each(["timeout", "draining", "lagging"])(
    "%s: it comes back when it was asked to, which is no failure",
    async (reason) => {
      const page = await connected();
      server.done(reason, { reconnect: true, retryMs: 2345 });
      await pass(2344);
      expect(page.snapshot).toMatchObject({ status: "reconnecting", ended: reason, attempts: 0 });
      expect(server.attempts).toHaveLength(1);
      await pass(1);
      expect(page.snapshot).toMatchObject({ status: "connected", reconnects: 1 });
      expect(server.attempts[1]?.headers.get("Last-Event-ID")).toBe("1");
    },
  );

  it("any number of times is no failure", async () => {
    const page = await connected();
    for (let times = 0; times < 10; times += 1) {
      server.done("timeout", { reconnect: true });
      await pass(10);
    }
    expect(page.snapshot).toMatchObject({ status: "connected", reconnects: 10, attempts: 0 });
  });

  it("revoked: nothing more is asked", async () => {
    const page = await connected();
    server.done("revoked", { reconnect: false });
    await pass(600_000);
    expect(page.snapshot).toMatchObject({ status: "disconnected", failure: "revoked", ended: "revoked" });
    expect(server.requests).toHaveLength(1);
  });

  it("idle ends it, without a failure, for those who do not follow", async () => {
    const page = await connected({ follow: false });
    expect(server.attempts[0]?.url.search).toBe("");
    server.done("idle", { reconnect: false, retryMs: 2000 });
    await pass(600_000);
    expect(page.snapshot).toMatchObject({ status: "disconnected", failure: null, ended: "idle" });
  });

  it("idle does not end it for those who follow", async () => {
    const page = await connected();
    server.done("idle", { reconnect: false, retryMs: 2000 });
    await pass(2000);
    expect(page.snapshot).toMatchObject({ status: "connected", ended: "idle" });
  });

  it("idle is undone when somebody comes who follows", async () => {
    const page = await connected({ follow: false });
    server.done("idle", { reconnect: false, retryMs: 2000 });
    await pass();
    page.store.subscribe(server.patientId, {}, { follow: true });
    await pass();
    expect(page.snapshot.status).toBe("connected");
    expect(server.attempts[1]?.url.search).toBe("?follow=true&epoch=epoch-1");
  });

  it("that is broken JSON is a cut", async () => {
    const page = await connected();
    server.write("event: done\ndata: {\n\n");
    await pass();
    expect(page.snapshot).toMatchObject({ status: "reconnecting", ended: null });
  });
});

describe("another person's token", () => {
  it("ends it before anything is asked with it; a click begins anew as that person", async () => {
    const of = { subject: "user_a" };
    const credentials = { tenantId: "tenant-1", getToken: async () => tokenFor(of.subject) };
    const page = new Page(server, { credentials });
    await pass();
    emit();
    await pass();
    of.subject = "user_b";
    server.cut();
    await pass(60_000);
    expect(page.snapshot).toMatchObject({ status: "disconnected", failure: "unauthorized" });
    expect(server.requests).toHaveLength(1);
    page.reconnect();
    await pass();
    expect(page.snapshot.status).toBe("connected");
    expect(server.attempts[1]?.headers.has("Last-Event-ID")).toBe(false);
    expect(page.listener.states.at(-1)).toMatchObject({ position: 1, replaced: true });
  });
});
