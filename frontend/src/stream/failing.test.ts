// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { html, neverAnswers, refusal, streamOf, unreachable } from "../testing";
import { FakeStreamServer } from "../testing/FakeStreamServer";
import { Page, pass, PROGRESS, range } from "../testing/page";

let server: FakeStreamServer;

beforeEach(() => {
  vi.useFakeTimers();
  server = new FakeStreamServer();
});
afterEach(() => vi.useRealTimers());

const emit = () => server.emit("intake_progress_updated", PROGRESS);

async function connected(): Promise<Page> {
  const page = new Page(server);
  await pass();
  expect(page.snapshot.status).toBe("connected");
  return page;
}

describe("an attempt fails when", () => {
  it.each([
    ["the network does not answer", unreachable],
    ["a page comes instead of a stream", html],
    ["the content type is another", streamOf("data: {}\n\n", "text/plain")],
    ["there is no content", async () => new Response(null, { status: 204 })],
    ["the server fails", refusal(500)],
    ["a gateway fails, with a page", async () => new Response("<h1>Bad gateway</h1>", { status: 502 })],
    ["the service is unavailable, with a page", async () => new Response("<h1>Later</h1>", { status: 503 })],
    ["an event comes before connected", streamOf('event: intake_progress\nid: 1\ndata: {"position":1}\n\n')],
    ["connected is broken JSON", streamOf("event: connected\ndata: {\n\n")],
    ["connected has no position", streamOf("event: connected\ndata: {}\n\n")],
    ["garbage comes", streamOf("\0\u0001\uFFFF garbage\n\ngarbage: garbage\n\n")],
    ["nothing comes", streamOf("")],
  ])("%s; the next one is tried after a pause", async (_, answer) => {
    server.answerStreams(answer);
    const page = new Page(server);
    await pass();
    expect(page.snapshot).toMatchObject({ status: "reconnecting", attempts: 1, failure: null });
    await pass(2000);
    expect(page.snapshot.status).toBe("connected");
    emit();
    await pass();
    expect(page.snapshot.attempts).toBe(0);
  });

  it("the headers never come, after twenty seconds", async () => {
    server.answerStreams(neverAnswers);
    const page = new Page(server);
    await pass(19_999);
    expect(page.snapshot).toMatchObject({ status: "connecting", attempts: 0 });
    await pass(1);
    expect(page.snapshot).toMatchObject({ status: "reconnecting", attempts: 1 });
  });

  it("bytes come but no connected, after twenty seconds", async () => {
    const endless = new ReadableStream<Uint8Array>({
      start: (controller) => {
        setInterval(() => controller.enqueue(new TextEncoder().encode(":\n")), 1000);
      },
    });
    server.answerStreams(async () => new Response(endless, { headers: { "Content-Type": "text/event-stream" } }));
    const page = new Page(server);
    await pass(20_000);
    expect(page.snapshot).toMatchObject({ status: "reconnecting", attempts: 1 });
  });

  it.each([
    ["rejects", () => Promise.reject(new Error("signed out"))],
    ["never ends", () => new Promise<string>(() => undefined)],
  ])("asking for a token %s, and nothing is sent without one", async (_, getToken) => {
    const page = new Page(server, { credentials: { ...server.credentials, getToken } });
    await pass(120_000);
    expect(page.snapshot).toMatchObject({ status: "disconnected", failure: "unreachable", attempts: 3 });
    expect(server.requests).toHaveLength(0);
  });
});

describe("pauses", () => {
  const failing = (random: () => number) => {
    server.answerStreams(unreachable, unreachable, unreachable, unreachable);
    const at: number[] = [];
    const fetch = server.environment.fetch;
    const environment = {
      random,
      fetch: (url: string, init: RequestInit) => {
        at.push(Date.now());
        return fetch(url, init);
      },
    };
    return { at, page: new Page(server, { environment }) };
  };

  it.each([
    [0.5, [0, 2000, 6000]],
    [0.999, [0, 3996, 11_988]],
    [0.25, [0, 1000, 3000]],
  ])("are drawn from all of 0 to a bound that doubles: draw %d", async (draw, expected) => {
    const began = Date.now();
    const { at, page } = failing(() => draw);
    await pass(60_000);
    expect(at.map((moment) => moment - began)).toEqual(expected);
    expect(page.snapshot.status).toBe("disconnected");
  });

  it("end at once, with all their timers, when nobody listens any more", async () => {
    const { page } = failing(() => 0.5);
    await pass();
    expect(page.snapshot.status).toBe("reconnecting");
    page.leave();
    await pass(3000);
    expect(server.requests).toHaveLength(2);
    await pass(60_000);
    expect(server.requests).toHaveLength(2);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("three failed attempts in a row", () => {
  it("are the last ones until somebody asks for more", async () => {
    server.answerStreams(unreachable, unreachable, unreachable);
    const page = new Page(server);
    await pass(60_000);
    expect(page.listener.statuses).toEqual(["connecting", "reconnecting", "disconnected"]);
    expect(page.snapshot).toMatchObject({ failure: "unreachable", attempts: 3 });
    await pass(3_600_000);
    expect(server.attempts).toHaveLength(3);
    page.reconnect();
    await pass();
    expect(page.snapshot).toMatchObject({ status: "connected", failure: null });
  });

  it("are counted anew after a click", async () => {
    server.answerStreams(...range(1, 6).map(() => unreachable));
    const page = new Page(server);
    await pass(60_000);
    page.reconnect();
    await pass();
    expect(page.snapshot).toMatchObject({ status: "reconnecting", attempts: 1 });
    await pass(60_000);
    expect(page.snapshot).toMatchObject({ status: "disconnected", attempts: 3 });
    expect(server.attempts).toHaveLength(6);
  });

  it("are not reached when a healthy stream lies between", async () => {
    server.answerStreams(unreachable, unreachable);
    const page = new Page(server);
    await pass(10_000);
    expect(page.snapshot).toMatchObject({ status: "connected", attempts: 2 });
    emit();
    await pass();
    expect(page.snapshot.attempts).toBe(0);
    server.answerStreams(unreachable, unreachable);
    server.cut();
    await pass(30_000);
    expect(page.snapshot).toMatchObject({ status: "connected", attempts: 2 });
  });

  it("are not reached when a quiet stream lived for a while between", async () => {
    server.answerStreams(unreachable, unreachable);
    const page = new Page(server);
    await pass(12_000);
    expect(page.snapshot).toMatchObject({ status: "connected", attempts: 2 });
    server.heartbeat();
    await pass();
    expect(page.snapshot.attempts).toBe(0);
  });
});

describe("a click", () => {
  it("ends a pause", async () => {
    server.answerStreams(unreachable);
    const page = new Page(server);
    await pass();
    page.reconnect();
    await pass();
    expect(page.snapshot.status).toBe("connected");
  });

  it("opens another stream also when one seems to be open, and the old one is closed", async () => {
    const page = await connected();
    page.reconnect();
    await pass();
    expect(server.attempts).toHaveLength(2);
    expect(server.openStreams).toBe(1);
  });
});
