// @vitest-environment node
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { FakeBrowser } from "../testing";
import { FakeStreamServer } from "../testing/FakeStreamServer";
import { Page, pass, PROGRESS, range } from "../testing/page";

let server: FakeStreamServer;

beforeEach(() => {
  vi.useFakeTimers();
  server = new FakeStreamServer();
});
afterEach(() => vi.useRealTimers());

const emit = (count = 1) => range(1, count).forEach(() => server.emit("intake_progress_updated", PROGRESS));
const asked = () => server.attempts.map(({ url }) => url.searchParams.get("epoch"));

/** The log was restored, and has grown again to where clients had heard it: by other events. */
function restoreAndGrowAgain(): void {
  const { position } = server;
  server.restore(1);
  emit(position - 1);
}

it("the first stream names no epoch, every later one that of the log it has heard", async () => {
  new Page(server);
  await pass();
  server.cut();
  await pass(2000);
  expect(asked()).toEqual([null, "epoch-1"]);
});

it("a restored log that has grown again is not taken for the one that was heard", async () => {
  const page = new Page(server);
  await pass();
  emit(3);
  await pass();
  server.cut();
  restoreAndGrowAgain();
  await pass(2000);
  expect(page.listener.states.at(-1)).toMatchObject({ position: 3, replaced: true });
  emit();
  await pass();
  expect(page.listener.positions).toEqual([1, 2, 3, 4]);
  server.cut();
  await pass(2000);
  expect(asked()).toEqual([null, "epoch-1", "epoch-1-restored"]);
  expect(page.listener.states).toHaveLength(2);
});

it("nor is it while polling", async () => {
  server.streaming = false;
  const page = new Page(server);
  await pass();
  emit(3);
  await pass();
  restoreAndGrowAgain();
  await pass(30_000);
  expect(page.listener.states.at(-1)).toMatchObject({ position: 3, replaced: true });
  expect(page.snapshot.status).toBe("polling");
});

it("a tab that takes the lead goes on with the epoch that it was told", async () => {
  const browser = new FakeBrowser();
  const tabs = range(1, 2).map(() => browser.openTab((url, init) => server.fetch(url, init)));
  const pages = tabs.map((tab) => new Page(server, { environment: tab.environment }));
  await pass();
  emit(3);
  await pass();
  tabs[0]?.close();
  restoreAndGrowAgain();
  await pass(2000);
  expect(asked()).toEqual([null, "epoch-1"]);
  expect(pages[1]?.listener.states.at(-1)).toMatchObject({ position: 3, replaced: true });
});
