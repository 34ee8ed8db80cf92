// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeBrowser, type FakeTab, refusal } from "../testing";
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

describe("when the leading tab", () => {
  const endings: [string, (tab: FakeTab) => void][] = [
    ["is closed", (tab) => tab.close()],
    ["crashes", (tab) => tab.crash()],
    ["goes to another page", (tab) => tab.leave()],
  ];

  it.each(endings)("%s, another takes over where it was: nothing lost, nothing twice", async (_, end) => {
    const first = await open();
    const second = await open();
    const third = await open();
    emit(2);
    await pass();
    end(first.tab);
    emit(2);
    await pass();
    emit(2);
    await pass();
    for (const { page } of [second, third]) expect(page.listener.positions).toEqual(range(1, 6));
    expect(server.attempts).toHaveLength(2);
    expect(server.attempts[1]?.headers.get("Last-Event-ID")).toBe("2");
    expect(second.page.listener.states).toHaveLength(1);
  });

  it("stops listening, another takes over", async () => {
    const first = await open();
    const second = await open();
    first.page.leave();
    await pass(3000);
    emit();
    await pass();
    expect(second.page.listener.positions).toEqual([1]);
    expect(server.openStreams).toBe(1);
  });

  it("is frozen, a tab that hears nothing asks, and takes the lead", async () => {
    const first = await open();
    const second = await open();
    emit();
    await pass();
    first.tab.freeze();
    emit();
    await pass(30_000);
    expect(server.attempts).toHaveLength(2);
    emit();
    await pass();
    expect(second.page.listener.positions).toEqual([1, 2, 3]);
    expect(second.page.snapshot.status).toBe("connected");

    first.tab.thaw();
    await pass(5000);
    emit();
    await pass(60_000);
    expect(first.page.listener.positions).toEqual([1, 2, 3, 4]);
    expect(second.page.listener.positions).toEqual([1, 2, 3, 4]);
    expect(first.page.snapshot.status).toBe("connected");

    second.tab.crash();
    emit();
    await pass();
    expect(first.page.listener.positions).toEqual([1, 2, 3, 4, 5]);
  });

  it("is frozen, a tab that is shown does not wait long", async () => {
    const first = await open();
    const second = await open();
    second.tab.hide();
    first.tab.freeze();
    emit();
    second.tab.show();
    await pass(3000);
    expect(second.page.listener.positions).toEqual([1]);
  });

  it("is frozen, several others end with one stream", async () => {
    const first = await open();
    const others = [await open(), await open(), await open()];
    first.tab.freeze();
    emit(2);
    await pass(60_000);
    emit();
    await pass(1000);
    for (const { page } of others) expect(page.listener.positions).toEqual([1, 2, 3]);
    // The frozen one's connection is still open, for the server.
    expect(server.openStreams).toBeLessThanOrEqual(2);
  });

  it("is frozen and a new tab takes the lead, all the others go on where they were", async () => {
    const first = await open();
    const second = await open();
    emit(3);
    await pass(15_000);
    first.tab.freeze();
    emit(4);
    const third = await open();
    await pass(5000);
    expect(third.page.listener.states).toMatchObject([{ position: 7 }]);
    emit(2);
    await pass(30_000);
    first.tab.thaw();
    await pass(1000);
    emit();
    await pass(1000);
    for (const { page } of [first, second]) {
      expect(page.listener.positions).toEqual(range(1, 10));
      expect(page.listener.states).toHaveLength(1);
    }
    expect(third.page.listener.positions).toEqual([8, 9, 10]);
  });

  it("is frozen through a restored backup, it begins anew", async () => {
    const first = await open();
    emit(3);
    await pass();
    first.tab.freeze();
    server.restore(2);
    emit(4);
    await open();
    await pass(5000);
    first.tab.thaw();
    await pass(1000);
    emit();
    await pass(1000);
    expect(first.page.listener.states.at(-1)).toMatchObject({ position: 6, replaced: true });
    expect(first.page.listener.positions).toEqual([1, 2, 3, 7]);
  });

  it("is only slow, it keeps the lead: it answers", async () => {
    await open();
    const { page } = await open();
    for (let minute = 0; minute < 10; minute += 1) {
      server.heartbeat();
      await pass(30_000);
    }
    expect(server.attempts).toHaveLength(1);
    expect(page.snapshot.status).toBe("connected");
  });

  it("is come back to after it was kept, it follows and has missed nothing", async () => {
    const first = await open();
    const second = await open();
    first.tab.leave();
    await pass();
    emit(3);
    await pass();
    first.tab.comeBack();
    await pass();
    expect(first.page.listener.positions).toEqual([1, 2, 3]);
    expect(server.openStreams).toBe(1);
    emit();
    await pass();
    expect(first.page.listener.positions).toEqual([1, 2, 3, 4]);
    expect(second.page.listener.positions).toEqual([1, 2, 3, 4]);
  });

  it("loses its sign-in, another tab of the same person takes over, by its own token", async () => {
    const tokens = { first: "good" };
    const as = (getToken: () => Promise<string>) => ({ ...server.credentials, getToken });
    const first = await open({ credentials: as(async () => tokens.first) });
    const second = await open({ credentials: as(async () => "good") });
    emit();
    await pass();
    tokens.first = "bad";
    server.answerStreams(refusal(401), refusal(401));
    server.cut();
    await pass(2000);
    expect(first.page.snapshot).toMatchObject({ status: "disconnected", failure: "unauthorized" });
    expect(second.page.snapshot.status).toBe("connected");
    emit();
    await pass();
    expect(second.page.listener.positions).toEqual([1, 2]);
    first.page.reconnect();
    await pass();
    expect(first.page.snapshot.status).toBe("connected");
    expect(first.page.listener.positions).toEqual([1, 2]);
    expect(server.openStreams).toBe(1);
  });

  it("gets no token any more and has given up, a click in another tab helps both", async () => {
    const getToken = { works: true };
    const credentials = {
      ...server.credentials,
      getToken: () => (getToken.works ? Promise.resolve("good") : Promise.reject(new Error("signed out"))),
    };
    const first = await open({ credentials });
    const second = await open();
    getToken.works = false;
    server.cut();
    await pass(60_000);
    expect(second.page.snapshot).toMatchObject({ status: "disconnected", failure: "unreachable" });
    second.page.reconnect();
    await pass();
    expect(second.page.snapshot.status).toBe("connected");
    expect(first.page.snapshot.status).toBe("connected");
    expect(server.openStreams).toBe(1);
  });
});
