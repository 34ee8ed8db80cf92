// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeBrowser, type FakeTab, unreachable } from "../testing";
import { FakeStreamServer } from "../testing/FakeStreamServer";
import { Page, pass, PROGRESS, range } from "../testing/page";

let server: FakeStreamServer;
let tab: FakeTab;
let page: Page;

beforeEach(async () => {
  vi.useFakeTimers();
  server = new FakeStreamServer();
  tab = new FakeBrowser().openTab((url, init) => server.fetch(url, init));
  page = new Page(server, { environment: { ...tab.environment, locks: null, openChannel: null } });
  await pass();
});
afterEach(() => vi.useRealTimers());

async function hideFor(ms: number): Promise<void> {
  tab.hide();
  await pass(ms);
  tab.show();
  await pass();
}

describe("a page that is shown again", () => {
  it("connects again when nothing came while it was hidden: the stream may be dead though it looks open", async () => {
    await hideFor(5000);
    expect(server.attempts).toHaveLength(2);
    expect(server.openStreams).toBe(1);
    expect(page.snapshot).toMatchObject({ status: "connected", attempts: 0 });
  });

  it("keeps its stream when it was hidden for a moment", async () => {
    await hideFor(4999);
    expect(server.attempts).toHaveLength(1);
  });

  it("keeps its stream when a heartbeat came while it was hidden", async () => {
    tab.hide();
    for (let times = 0; times < 40; times += 1) {
      await pass(15_000);
      server.heartbeat();
      await pass();
    }
    await pass(10_000);
    tab.show();
    await pass();
    expect(server.attempts).toHaveLength(1);
  });

  it("connects again when the last heartbeat is too long ago", async () => {
    tab.hide();
    await pass(15_000);
    server.heartbeat();
    await pass(19_000);
    tab.show();
    await pass();
    expect(server.attempts).toHaveLength(2);
  });

  it("ends a pause, and what has failed before is forgotten", async () => {
    server.answerStreams(unreachable, unreachable);
    page.reconnect();
    await pass();
    expect(page.snapshot).toMatchObject({ status: "reconnecting", attempts: 1 });
    tab.hide();
    tab.show();
    await pass();
    expect(page.snapshot).toMatchObject({ status: "reconnecting", attempts: 1 });
    tab.show();
    await pass();
    expect(page.snapshot.status).toBe("connected");
  });

  it("tries again after it had given up", async () => {
    server.answerStreams(unreachable, unreachable, unreachable);
    page.reconnect();
    await pass(60_000);
    expect(page.snapshot.status).toBe("disconnected");
    tab.show();
    await pass();
    expect(page.snapshot).toMatchObject({ status: "connected", failure: null, attempts: 0 });
  });
});

describe("coming back online", () => {
  it("connects again at once: the old connection belongs to another network", async () => {
    tab.goOnline();
    await pass();
    expect(server.attempts).toHaveLength(2);
    expect(server.openStreams).toBe(1);
  });

  it("tries again after it had given up", async () => {
    server.answerStreams(unreachable, unreachable, unreachable);
    page.reconnect();
    await pass(60_000);
    tab.goOnline();
    await pass();
    expect(page.snapshot.status).toBe("connected");
  });
});

describe("a page that is left", () => {
  it("closes its stream, and goes on where it was when it is come back to", async () => {
    server.emit("intake_progress_updated", PROGRESS);
    await pass();
    tab.leave();
    await pass();
    expect(server.openStreams).toBe(0);
    range(2, 4).forEach(() => server.emit("intake_progress_updated", PROGRESS));
    await pass(600_000);
    expect(server.attempts).toHaveLength(1);
    tab.comeBack();
    await pass();
    expect(server.attempts[1]?.headers.get("Last-Event-ID")).toBe("1");
    expect(page.listener.positions).toEqual([1, 2, 3, 4]);
    expect(page.listener.states).toHaveLength(1);
  });

  it("is not listened to any more when nobody listens to it", async () => {
    page.leave();
    await pass(3000);
    expect(server.openStreams).toBe(0);
    tab.comeBack();
    tab.show();
    tab.goOnline();
    await pass(60_000);
    expect(server.attempts).toHaveLength(1);
  });
});
