// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeBrowser, type FakeTab, refusal, unreachable } from "../testing";
import { envelope, held } from "../testing/answers";
import { FakeStreamServer } from "../testing/FakeStreamServer";
import { Page, pass, PROGRESS, range } from "../testing/page";

let server: FakeStreamServer;
let browser: FakeBrowser;

interface Opened {
  readonly tab: FakeTab;
  readonly page: Page;
}

beforeEach(() => {
  vi.useFakeTimers();
  server = new FakeStreamServer();
  browser = new FakeBrowser();
});
afterEach(() => vi.useRealTimers());

const emit = (count = 1) => range(1, count).forEach(() => server.emit("intake_progress_updated", PROGRESS));

async function open(options: ConstructorParameters<typeof Page>[1] = {}): Promise<Opened> {
  const tab = browser.openTab((url, init) => server.fetch(url, init));
  const page = new Page(server, { ...options, environment: tab.environment });
  await pass();
  return { tab, page };
}

describe("tabs of one person that show one patient", () => {
  it("have one stream, and each hears every event once", async () => {
    const tabs = [await open(), await open(), await open()];
    emit(3);
    await pass();
    expect(server.attempts).toHaveLength(1);
    for (const { page } of tabs) {
      expect(page.listener.positions).toEqual([1, 2, 3]);
      expect(page.snapshot).toMatchObject({ status: "connected", position: 3, repaired: 0 });
    }
  });

  it("that are opened together need no more than the stream's own state", async () => {
    const pages = range(1, 4).map(() => {
      const { environment } = browser.openTab((url, init) => server.fetch(url, init));
      return new Page(server, { environment });
    });
    await pass();
    expect(server.requests).toHaveLength(1);
    expect(pages.map(({ listener }) => listener.states)).toEqual(
      pages.map(() => [{ position: 0, summary: {}, replaced: false }]),
    );
  });

  it("opened later begin with the state of now", async () => {
    await open();
    emit(3);
    await pass();
    server.summary = { now: true };
    const { page } = await open();
    expect(page.listener.states).toEqual([{ position: 3, summary: { now: true }, replaced: false }]);
    emit();
    await pass();
    expect(page.listener.positions).toEqual([4]);
    expect(server.attempts).toHaveLength(1);
  });

  it("opened later miss nothing that happens while they read the state", async () => {
    await open();
    const late = held(async () => envelope({ position: server.position, summary: {} }));
    server.answerReads(late.answer);
    const { page } = await open();
    emit(3);
    await pass();
    late.release();
    await pass();
    expect(page.listener.states[0]?.position).toBe(0);
    expect(page.listener.positions).toEqual([1, 2, 3]);
  });

  it("show the same status", async () => {
    const first = await open();
    const second = await open();
    server.answerStreams(unreachable, unreachable, unreachable);
    first.page.reconnect();
    await pass(60_000);
    for (const { page } of [first, second]) {
      expect(page.snapshot).toMatchObject({ status: "disconnected", failure: "unreachable", attempts: 3 });
    }
    second.page.reconnect();
    await pass();
    expect(first.page.snapshot.status).toBe("connected");
    expect(second.page.snapshot.status).toBe("connected");
    expect(server.openStreams).toBe(1);
  });

  it("try again when one of them is shown", async () => {
    const first = await open();
    const second = await open();
    server.answerStreams(unreachable, unreachable, unreachable);
    first.page.reconnect();
    await pass(60_000);
    second.tab.show();
    await pass();
    expect(second.page.snapshot.status).toBe("connected");
    expect(server.openStreams).toBe(1);
  });

  it("hear of a reset, and begin anew", async () => {
    const tabs = [await open(), await open()];
    emit(5);
    await pass();
    server.restore(2);
    server.cut();
    await pass(1000);
    emit();
    await pass();
    for (const { page } of tabs) {
      expect(page.listener.states.at(-1)).toMatchObject({ position: 2, replaced: true });
      expect(page.listener.positions).toEqual([1, 2, 3, 4, 5, 3]);
    }
  });

  it("poll once for all when streaming is switched off", async () => {
    server.streaming = false;
    const tabs = [await open(), await open()];
    emit(2);
    await pass();
    for (const { page } of tabs) {
      expect(page.snapshot.status).toBe("polling");
      expect(page.listener.positions).toEqual([1, 2]);
    }
    expect(server.attempts).toHaveLength(1);
  });

  it("stay when one of them wants to, though the leading one does not", async () => {
    const first = await open({ follow: false });
    const second = await open({ follow: true });
    server.done("idle", { reconnect: false, retryMs: 2000 });
    await pass(2000);
    expect(first.page.snapshot.status).toBe("connected");
    expect(second.page.snapshot.status).toBe("connected");
    expect(server.attempts.at(-1)?.url.search).toBe("?follow=true&epoch=epoch-1");
  });
});

it("a following tab that was frozen through a reset begins anew", async () => {
  await open();
  const { tab, page } = await open();
  emit(5);
  await pass();
  tab.leave();
  server.restore(2);
  server.cut();
  await pass(2000);
  emit();
  await pass();
  tab.comeBack();
  await pass();
  emit();
  await pass();
  expect(page.listener.states.at(-1)).toMatchObject({ position: 3, replaced: true });
  expect(page.listener.positions).toEqual([1, 2, 3, 4, 5, 4]);
});

it("a tab whose person may not read the patient begins with nothing", async () => {
  await open();
  server.answerReads(refusal(403));
  const { page } = await open();
  emit();
  await pass();
  expect(page.snapshot).toMatchObject({ status: "disconnected", failure: "forbidden" });
  expect(page.listener.positions).toEqual([]);
});

describe("a stream is not shared", () => {
  const token = (subject: string) => `e30.${btoa(JSON.stringify({ sub: subject }))}.signature`;
  const as = (subject: string) => ({ tenantId: "tenant-1", getToken: async () => token(subject) });

  it("with another person", async () => {
    await open({ credentials: as("user_a") });
    await open({ credentials: as("user_b") });
    expect(server.openStreams).toBe(2);
  });

  it("but with the same person, known by the token", async () => {
    await open({ credentials: as("user_a") });
    await open({ credentials: as("user_a") });
    expect(server.openStreams).toBe(1);
  });

  it("by those who can't be told apart", async () => {
    const credentials = { tenantId: "tenant-1", getToken: async () => "opaque" };
    await open({ credentials });
    await open({ credentials });
    expect(server.openStreams).toBe(2);
  });

  it("with another tenant or server", async () => {
    await open();
    await open({ credentials: { ...server.credentials, tenantId: "tenant-2" } });
    await open({ baseUrl: "https://other.example" });
    expect(server.openStreams).toBe(3);
  });

  it("where the browser lacks locks, or refuses them", async () => {
    const fetch = (url: string, init: RequestInit) => server.fetch(url, init);
    const refused = { request: () => Promise.reject(new DOMException("sandboxed", "SecurityError")) };
    for (const lacking of [{ locks: null }, { openChannel: null }, { locks: refused }]) {
      new Page(server, { environment: { ...browser.openTab(fetch).environment, ...lacking } });
    }
    await pass();
    expect(server.openStreams).toBe(3);
  });
});
