// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { neverAnswers, refusal, unreachable } from "../testing";
import { envelope, held } from "../testing/answers";
import { FakeStreamServer } from "../testing/FakeStreamServer";
import { Listener } from "../testing/Listener";
import { Page, pass, PROGRESS } from "../testing/page";
import { StreamStore } from "./store";

let server: FakeStreamServer;

beforeEach(() => {
  vi.useFakeTimers();
  server = new FakeStreamServer();
});
afterEach(() => vi.useRealTimers());

const emit = () => server.emit("intake_progress_updated", PROGRESS);

describe("listeners of one patient", () => {
  it("share one connection", async () => {
    const page = new Page(server);
    const others = [new Listener(), new Listener()];
    others.forEach((other) => page.store.subscribe(server.patientId, other));
    await pass();
    emit();
    await pass();
    expect(server.attempts).toHaveLength(1);
    expect(others.map(({ positions }) => positions)).toEqual([[1], [1]]);
    expect(others.map(({ states }) => states.length)).toEqual([1, 1]);
  });

  it("hear nothing after they have left, also when they leave while something is told", async () => {
    const { store } = new Page(server);
    const heard: string[] = [];
    const leave = [
      store.subscribe(server.patientId, {
        onEvent: () => {
          heard.push("first");
          leave.forEach((go) => go());
        },
      }),
      store.subscribe(server.patientId, { onEvent: () => heard.push("second") }),
    ];
    await pass();
    emit();
    emit();
    await pass();
    expect(heard).toEqual(["first"]);
  });

  it("keep the connection while it lingers, and lose it after", async () => {
    const page = new Page(server);
    await pass();
    page.leave();
    await pass(2999);
    page.store.subscribe(server.patientId, page.listener)();
    await pass(2999);
    expect(server.openStreams).toBe(1);
    await pass(1);
    expect(server.openStreams).toBe(0);
    expect(page.snapshot.status).toBe("connecting");
    expect(vi.getTimerCount()).toBe(0);
  });

  it("of two patients have two connections", async () => {
    const { store } = new Page(server);
    store.subscribe("patient-2", {});
    await pass();
    expect(server.attempts.map(({ url }) => url.pathname.split("/")[4])).toEqual(["patient-1", "patient-2"]);
  });
});

describe("a listener that comes late", () => {
  it("begins with a state of its own, and hears what comes after it once", async () => {
    const page = new Page(server);
    await pass();
    emit();
    await pass();
    server.summary = { newer: true };
    const late = new Listener();
    page.store.subscribe(server.patientId, late, { lateState: true });
    emit();
    await pass();
    emit();
    await pass();
    expect(late.states).toEqual([{ position: 2, summary: { newer: true }, replaced: false }]);
    expect(late.positions).toEqual([3]);
    expect(page.listener.positions).toEqual([1, 2, 3]);
    expect(page.listener.states).toHaveLength(1);
  });

  it("loses nothing that is heard while the state is read", async () => {
    const page = new Page(server);
    await pass();
    const slow = held(async () => envelope({ position: server.position, summary: {} }));
    server.answerReads(slow.answer);
    const late = new Listener();
    page.store.subscribe(server.patientId, late, { lateState: true });
    await pass();
    emit();
    emit();
    await pass();
    expect(late.positions).toEqual([]);
    slow.release();
    await pass();
    expect(late.states[0]?.position).toBe(0);
    expect(late.positions).toEqual([1, 2]);
  });

  it("asks again when the state can't be read", async () => {
    const page = new Page(server);
    await pass();
    server.answerReads(unreachable, unreachable);
    const late = new Listener();
    page.store.subscribe(server.patientId, late, { lateState: true });
    await pass();
    emit();
    await pass(5000);
    expect(late.states).toEqual([{ position: 1, summary: {}, replaced: false }]);
    expect(late.positions).toEqual([]);
  });

  it("takes the state of a reset instead", async () => {
    const page = new Page(server);
    emit();
    emit();
    await pass();
    server.answerReads(neverAnswers);
    const late = new Listener();
    page.store.subscribe(server.patientId, late, { lateState: true });
    await pass();
    server.restore(1);
    server.cut();
    await pass(5000);
    expect(late.states).toEqual([{ position: 1, summary: {}, replaced: true }]);
  });

  it("that may not read it asks no more, until the stream is open again", async () => {
    const page = new Page(server);
    await pass();
    server.answerStreams(refusal(403));
    server.cut();
    await pass(3000);
    expect(page.snapshot.failure).toBe("forbidden");
    server.answerReads(refusal(403));
    const late = new Listener();
    page.store.subscribe(server.patientId, late, { lateState: true });
    await pass(600_000);
    expect(server.requests.filter(({ url }) => url.pathname.endsWith("/summary"))).toHaveLength(1);
    page.reconnect();
    await pass();
    emit();
    await pass();
    expect(late.states).toHaveLength(1);
    expect(late.positions).toEqual([1]);
  });

  it("asks no more after it has left", async () => {
    const page = new Page(server);
    await pass();
    server.answerReads(unreachable);
    const leave = page.store.subscribe(server.patientId, new Listener(), { lateState: true });
    await pass();
    leave();
    const asked = server.requests.length;
    await pass(60_000);
    expect(server.requests.filter(({ url }) => url.pathname.endsWith("/summary"))).toHaveLength(1);
    expect(server.requests.length).toBeGreaterThanOrEqual(asked);
  });

  it("costs no request when it wants no state", async () => {
    const page = new Page(server);
    await pass();
    page.store.subscribe(server.patientId, new Listener());
    await pass();
    expect(server.requests).toHaveLength(1);
  });
});

describe("a store", () => {
  it("ends its connections soon after nobody holds it", async () => {
    const { store } = new Page(server);
    const release = store.hold();
    await pass();
    release();
    store.hold();
    await pass(10);
    expect(server.openStreams).toBe(1);
    store.close();
    await pass();
    expect(server.openStreams).toBe(0);
  });

  it("asks the server that it was told", async () => {
    const asked: string[] = [];
    const environment = {
      ...server.environment,
      fetch: (url: string, init: RequestInit) => {
        asked.push(url);
        return server.fetch(url, init);
      },
    };
    const store = new StreamStore({ credentials: server.credentials, baseUrl: "https://api.example/", environment });
    store.subscribe("patient-1", {});
    await pass();
    expect(asked).toEqual(["https://api.example/api/v1/patients/patient-1/events/stream?follow=true"]);
  });
});
