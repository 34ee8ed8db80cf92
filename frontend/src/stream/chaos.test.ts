// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeBrowser, html, neverAnswers, refusal, unreachable } from "../testing";
import { FakeStreamServer } from "../testing/FakeStreamServer";
import { Page, pass, PROGRESS, range } from "../testing/page";
import { seeded } from "../testing/seeded";
import { eventFrame, HEARTBEAT } from "../testing/wire";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const SEEDS = range(1, 25);
const STEPS = 50;

type Step = (server: FakeStreamServer, random: () => number) => void;

/** What may happen to a stream; each is drawn as often as it is listed. */
const STEPS_OF_FATE: readonly Step[] = [
  (server) => server.emit("intake_progress_updated", PROGRESS),
  (server) => server.emit("intake_progress_updated", PROGRESS),
  (server, random) => writeInPieces(server, eventFrame(server.record("intake_progress_updated", PROGRESS)), random),
  (server, random) => writeInPieces(server, eventFrame(server.record("intake_progress_updated", PROGRESS)), random),
  // A frame that is lost
  (server) => server.record("intake_progress_updated", PROGRESS),
  // Repetitions
  (server) => server.write(server.log.slice(-2).map(eventFrame).join("")),
  (server) => server.write(HEARTBEAT),
  (server) => server.cut(),
  (server) => server.break(),
  cutMidFrame,
  (server) => server.done("timeout", { reconnect: true, retryMs: 100 }),
  (server) => server.answerStreams(unreachable),
  (server) => server.answerStreams(refusal(503, { reason: "capacity", retryAfter: "1" })),
  (server) => server.answerStreams(refusal(401)),
  (server) => server.answerStreams(html),
  (server) => server.answerStreams(neverAnswers),
  (server) => server.answerReads(unreachable),
  (server) => server.write("event: intake_progress\ndata: garbage\n\n"),
  (server) => {
    server.streaming = !server.streaming;
  },
];

function writeInPieces(server: FakeStreamServer, frame: string, random: () => number): void {
  const bytes = new TextEncoder().encode(frame);
  for (let at = 0; at < bytes.length;) {
    const end = at + 1 + Math.floor(random() * 40);
    server.write(bytes.subarray(at, end));
    at = end;
  }
}

function cutMidFrame(server: FakeStreamServer, random: () => number): void {
  const frame = eventFrame(server.record("intake_progress_updated", PROGRESS));
  server.write(frame.slice(0, Math.floor(random() * frame.length)));
  server.cut();
}

function drawn<Item>(items: readonly Item[], random: () => number): Item {
  return items[Math.floor(random() * items.length)] as Item;
}

/** Whatever happened, the world is well again and somebody clicks. */
async function recover(server: FakeStreamServer, pages: readonly Page[]): Promise<void> {
  server.streaming = true;
  for (let round = 0; round < 12; round += 1) {
    pages.forEach((page) => page.reconnect());
    await pass(30_000);
  }
  server.emit("intake_progress_updated", PROGRESS);
  await pass(1000);
}

describe("nothing is lost, nothing comes twice, everything in order", () => {
  it.each(SEEDS)("in one tab, whatever happens: seed %d", async (seed) => {
    const random = seeded(seed);
    const server = new FakeStreamServer();
    const page = new Page(server, { environment: { random } });
    await pass();
    for (let step = 0; step < STEPS; step += 1) {
      drawn(STEPS_OF_FATE, random)(server, random);
      if (page.snapshot.status === "disconnected") page.reconnect();
      await pass(Math.floor(random() * 3000));
    }
    await recover(server, [page]);
    expect(page.snapshot.status).toBe("connected");
    expect(page.listener.positions).toEqual(range(1, server.position));
    expect(page.listener.states.filter(({ replaced }) => replaced)).toEqual([]);
  });

  it.each(SEEDS)("in three tabs that are frozen, thawed, left and come back to: seed %d", async (seed) => {
    const random = seeded(1000 + seed);
    const server = new FakeStreamServer();
    const browser = new FakeBrowser();
    const tabs = range(1, 3).map(() => browser.openTab((url, init) => server.fetch(url, init)));
    const pages = tabs.map(({ environment }) => new Page(server, { environment: { ...environment, random } }));
    await pass();
    for (let step = 0; step < STEPS; step += 1) {
      const tab = drawn(tabs, random);
      drawn(
        [() => tab.freeze(), () => tab.thaw(), () => tab.leave(), () => tab.comeBack(), () => tab.show()],
        random,
      )();
      drawn(STEPS_OF_FATE, random)(server, random);
      await pass(Math.floor(random() * 8000));
    }
    tabs.forEach((tab) => tab.thaw());
    tabs.forEach((tab) => tab.comeBack());
    await recover(server, pages);
    for (const { listener, snapshot } of pages) {
      expect(snapshot.status).toBe("connected");
      const began = listener.states[0]?.position ?? 0;
      expect(listener.positions).toEqual(range(began + 1, server.position));
      expect(listener.states).toHaveLength(1);
    }
    expect(server.openStreams).toBe(1);
  });
});
