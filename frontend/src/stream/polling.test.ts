// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { refusal, unreachable } from "../testing";
import { envelope } from "../testing/answers";
import { FakeStreamServer } from "../testing/FakeStreamServer";
import { Page, pass, PROGRESS, range } from "../testing/page";

let server: FakeStreamServer;

beforeEach(() => {
  vi.useFakeTimers();
  server = new FakeStreamServer();
});
afterEach(() => vi.useRealTimers());

const emit = () => server.emit("intake_progress_updated", PROGRESS);
const polls = () => server.requests.filter(({ url }) => url.pathname.endsWith("/events"));

async function polling(): Promise<Page> {
  server.streaming = false;
  const page = new Page(server);
  await pass();
  expect(page.snapshot.status).toBe("polling");
  return page;
}

describe("while streaming is switched off", () => {
  it("the state is read from /summary and events by long polls", async () => {
    range(1, 2).forEach(emit);
    server.summary = { documents: [] };
    const page = await polling();
    expect(page.listener.states).toEqual([{ position: 2, summary: { documents: [] }, replaced: false }]);
    emit();
    await pass();
    emit();
    await pass();
    expect(page.listener.positions).toEqual([3, 4]);
    expect(page.listener.names).toEqual(["intake_progress", "intake_progress"]);
    expect(polls().map(({ url }) => url.search)).toEqual(
      range(2, 4).map((after) => `?after=${after}&wait=25&epoch=epoch-1`),
    );
    expect(page.snapshot).toMatchObject({ status: "polling", repaired: 0, attempts: 0 });
  });

  it("the stream is tried again, without a change to be seen, until it opens", async () => {
    const page = await polling();
    await pass(60_000);
    expect(server.attempts.length).toBeGreaterThan(1);
    expect(page.listener.statuses).toEqual(["connecting", "polling"]);
    emit();
    await pass(1000);
    server.streaming = true;
    emit();
    await pass(60_000);
    expect(page.snapshot.status).toBe("connected");
    emit();
    await pass();
    expect(page.listener.positions).toEqual([1, 2, 3]);
    expect(page.listener.states).toHaveLength(1);
  });

  it("a click tries the stream at once", async () => {
    const page = await polling();
    server.streaming = true;
    page.reconnect();
    await pass();
    expect(page.snapshot.status).toBe("connected");
  });

  it("a server that answers at once with nothing is not asked in a loop", async () => {
    server.streaming = false;
    server.answerReads(
      async () => envelope({ position: 0, summary: {} }),
      ...range(1, 100).map(() => async () => envelope({ events: [], position: 0, has_more: false })),
    );
    new Page(server);
    await pass(10_000);
    expect(polls().length).toBeLessThanOrEqual(11);
  });

  it("and polls are refused as well, neither is asked in a loop", async () => {
    server.streaming = false;
    server.answerReads(
      async () => envelope({ position: 0, summary: {} }),
      ...range(1, 1000).map(() => refusal(503, { reason: "disabled", retryAfter: "30" })),
    );
    const page = new Page(server);
    await pass(60_000);
    expect(polls().length).toBeLessThanOrEqual(3);
    server.answerReads();
    server.streaming = true;
    await pass(60_000);
    expect(page.snapshot.status).toBe("connected");
  });

  it("and the clock is set back, the stream is tried again all the same", async () => {
    const clock = { shift: 0 };
    server.streaming = false;
    const page = new Page(server, { environment: { now: () => Date.now() + clock.shift } });
    await pass(1000);
    clock.shift = -3_600_000;
    server.streaming = true;
    await pass(120_000);
    expect(page.snapshot.status).toBe("connected");
  });

  it("another log is begun with its state", async () => {
    range(1, 5).forEach(emit);
    const page = await polling();
    server.restore(2);
    await pass(60_000);
    expect(page.listener.states.at(-1)).toMatchObject({ position: 2, replaced: true });
    emit();
    await pass();
    expect(page.listener.positions).toEqual([3]);
  });
});

describe("a poll that fails", () => {
  it("is asked again after a pause, and loses nothing", async () => {
    const page = await polling();
    server.answerReads(unreachable);
    emit();
    await pass();
    expect(page.snapshot.status).toBe("reconnecting");
    emit();
    await pass(1000);
    expect(page.snapshot).toMatchObject({ status: "polling", attempts: 0 });
    expect(page.listener.positions).toEqual([1, 2]);
  });

  it("three times in a row ends it", async () => {
    server.streaming = false;
    server.answerReads(unreachable, unreachable, unreachable);
    const page = new Page(server);
    await pass(120_000);
    expect(page.snapshot).toMatchObject({ status: "disconnected", failure: "unreachable", attempts: 3 });
  });

  it.each([
    [403, "forbidden"],
    [404, "not_found"],
    [423, "quarantined"],
  ] as const)("with %d ends it as %s", async (status, failure) => {
    const page = await polling();
    server.answerReads(refusal(status));
    emit();
    await pass();
    expect(page.snapshot).toMatchObject({ status: "disconnected", failure });
  });

  it("with 401 is asked once more with a fresh token", async () => {
    const page = await polling();
    server.answerReads(refusal(401));
    emit();
    await pass();
    expect(page.snapshot).toMatchObject({ status: "polling", attempts: 0 });
    expect(page.listener.positions).toEqual([1]);
  });
});

it("done: disabled turns a stream into polls that go on from its position", async () => {
  const page = new Page(server);
  await pass();
  emit();
  await pass();
  server.streaming = false;
  server.done("disabled", { reconnect: false, retryMs: 30_000 });
  await pass();
  expect(page.snapshot).toMatchObject({ status: "polling", ended: "disabled" });
  expect(polls().at(-1)?.url.search).toBe("?after=1&wait=25&epoch=epoch-1");
  emit();
  await pass();
  expect(page.listener.positions).toEqual([1, 2]);
  expect(page.listener.states).toHaveLength(1);
});
