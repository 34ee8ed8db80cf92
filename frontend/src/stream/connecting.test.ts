// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { streamOf } from "../testing";
import { FakeStreamServer } from "../testing/FakeStreamServer";
import { Page, pass, PROGRESS, range } from "../testing/page";
import { connectedFrame, eventFrame } from "../testing/wire";

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

describe("the first connection", () => {
  it("asks for a stream without a position, with token, tenant and a correlation id", async () => {
    await connected();
    const [asked] = server.requests;
    expect(`${asked?.url.pathname}${asked?.url.search}`).toBe("/api/v1/patients/patient-1/events/stream?follow=true");
    expect(asked?.headers.get("Authorization")).toBe("Bearer token-1");
    expect(asked?.headers.get("X-Tenant-ID")).toBe("tenant-1");
    expect(asked?.headers.get("X-Correlation-ID")).toMatch(/^web-[0-9a-f]{32}$/);
    expect(asked?.headers.get("Accept")).toBe("text/event-stream");
    expect(asked?.headers.has("Last-Event-ID")).toBe(false);
  });

  it("begins with the state and its position", async () => {
    range(1, 3).forEach(emit);
    server.summary = { documents: [] };
    const page = await connected();
    expect(page.listener.states).toEqual([{ position: 3, summary: { documents: [] }, replaced: false }]);
    expect(page.snapshot).toEqual({
      status: "connected",
      failure: null,
      position: 3,
      attempts: 0,
      repaired: 0,
      reconnects: 0,
      ended: null,
    });
  });

  it("hands events on with their names", async () => {
    const page = await connected();
    server.emit("document_parsing", { document_id: "doc_1", filename: "knee.pdf", status: "parsing" });
    emit();
    await pass();
    expect(page.listener.positions).toEqual([1, 2]);
    expect(page.listener.names).toEqual(["document_update", "intake_progress"]);
    expect(page.listener.events[0]?.payload).toEqual({ document_id: "doc_1", filename: "knee.pdf", status: "parsing" });
  });

  it("escapes the patient's id in the address", async () => {
    server = new FakeStreamServer({ patientId: "a/b?c" });
    new Page(server);
    await pass();
    expect(server.requests[0]?.url.pathname).toBe("/api/v1/patients/a%2Fb%3Fc/events/stream");
  });
});

describe("a stream that is cut", () => {
  it("is taken up at the last event, with a fresh token and correlation id, and without a new state", async () => {
    const page = await connected();
    range(1, 3).forEach(emit);
    await pass();
    server.cut();
    server.tokens = ["token-2"];
    await pass(1000);
    expect(page.snapshot).toMatchObject({ status: "connected", reconnects: 1, position: 3, attempts: 0 });
    const [first, second] = server.attempts;
    expect(second?.headers.get("Last-Event-ID")).toBe("3");
    expect(second?.headers.get("Authorization")).toBe("Bearer token-2");
    expect(second?.headers.get("X-Correlation-ID")).not.toBe(first?.headers.get("X-Correlation-ID"));
    expect(page.listener.states).toHaveLength(1);
  });

  it.each([
    ["ends without done", () => server.cut()],
    ["breaks", () => server.break()],
  ])("because it %s loses nothing that happens meanwhile", async (_, lose) => {
    const page = await connected();
    emit();
    await pass();
    lose();
    emit();
    await pass();
    expect(page.snapshot.status).toBe("reconnecting");
    emit();
    await pass(1000);
    emit();
    await pass();
    expect(page.listener.positions).toEqual([1, 2, 3, 4]);
  });

  it("in silence, while the clock is set back, is noticed", async () => {
    const clock = { shift: 0 };
    const page = new Page(server, { environment: { now: () => Date.now() + clock.shift } });
    await pass();
    emit();
    await pass();
    clock.shift = -3_600_000;
    await pass(180_000);
    expect(server.attempts.length).toBeGreaterThan(1);
    page.leave();
  });

  it("in the middle of a frame hears that event once, whole, from the next stream", async () => {
    const page = await connected();
    const frame = eventFrame(server.record("intake_progress_updated", PROGRESS));
    server.write(frame.slice(0, frame.length / 2));
    server.cut();
    await pass(2000);
    expect(page.listener.positions).toEqual([1]);
  });

  it("before its last frame's empty line hears that event once", async () => {
    const page = await connected();
    server.write(eventFrame(server.record("intake_progress_updated", PROGRESS)).slice(0, -1));
    server.cut();
    await pass(2000);
    expect(page.listener.positions).toEqual([1]);
  });

  it("right after it began, three times in a row, is given up", async () => {
    const facts = { patientId: "patient-1", position: 0, head: 0, resumed: false, heartbeatSeconds: 15, state: {} };
    server.answerStreams(...range(1, 3).map(() => streamOf(connectedFrame(facts))));
    const page = new Page(server);
    await pass(60_000);
    expect(server.attempts).toHaveLength(3);
    expect(page.snapshot).toMatchObject({ status: "disconnected", failure: "unreachable", attempts: 3 });
  });
});

describe("a silent stream", () => {
  it("is left after three heartbeats without a byte", async () => {
    const page = await connected();
    await pass(44_999);
    expect(page.snapshot.status).toBe("connected");
    await pass(1);
    expect(page.snapshot.status).toBe("reconnecting");
    expect(server.openStreams).toBe(0);
  });

  it("is not left while heartbeats come, which are no events", async () => {
    const page = await connected();
    for (let minutes = 0; minutes < 3; minutes += 1) {
      await pass(44_000);
      server.heartbeat();
    }
    await pass(44_000);
    expect(page.listener.statuses).toEqual(["connecting", "connected"]);
    expect(server.attempts).toHaveLength(1);
  });

  it("takes the heartbeat from the server", async () => {
    server.heartbeatSeconds = 2;
    const page = await connected();
    await pass(6000);
    expect(page.snapshot.status).toBe("reconnecting");
  });
});
