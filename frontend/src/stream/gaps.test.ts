// @vitest-environment node
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { envelope } from "../testing/answers";
import { neverAnswers, unreachable } from "../testing";
import { FakeStreamServer } from "../testing/FakeStreamServer";
import { Page, pass, PROGRESS, range } from "../testing/page";
import { eventFrame } from "../testing/wire";

let server: FakeStreamServer;
let page: Page;

beforeEach(async () => {
  vi.useFakeTimers();
  server = new FakeStreamServer();
  page = new Page(server);
  await pass();
});
afterEach(() => vi.useRealTimers());

const emit = () => server.emit("intake_progress_updated", PROGRESS);
const lose = () => server.record("intake_progress_updated", PROGRESS);

describe("a gap", () => {
  it("is read from /events, counted, and the events come in order", async () => {
    emit();
    range(2, 4).forEach(lose);
    emit();
    await pass();
    expect(page.listener.positions).toEqual([1, 2, 3, 4, 5]);
    expect(page.snapshot.repaired).toBe(3);
    expect(server.requests.at(-1)?.url.search).toBe("?after=1&limit=500&epoch=epoch-1");
    expect(page.listener.names).toEqual(range(1, 5).map(() => "intake_progress"));
  });

  it("does not need another stream", async () => {
    lose();
    emit();
    await pass(60_000);
    expect(server.attempts).toHaveLength(2);
    expect(page.listener.statuses.filter((status) => status === "reconnecting")).toHaveLength(1);
  });

  it("of more than a page is read page by page", async () => {
    range(1, 1200).forEach(lose);
    emit();
    await pass();
    expect(page.listener.positions).toEqual(range(1, 1201));
    expect(page.snapshot.repaired).toBe(1200);
  });

  it("does not let later frames pass while it is read", async () => {
    lose();
    emit();
    emit();
    emit();
    await pass();
    expect(page.listener.positions).toEqual([1, 2, 3, 4]);
  });

  it.each([
    ["can't be read", unreachable],
    ["is read as an empty page", async () => envelope({ events: [], position: 0, has_more: false })],
    ["is read as nonsense", async () => envelope({})],
    ["is read as a page", async () => new Response("<h1>Oops</h1>")],
  ])("that %s is a failed attempt; the next stream tells what was missing", async (_, answer) => {
    server.answerReads(answer);
    lose();
    emit();
    await pass();
    expect(page.snapshot).toMatchObject({ status: "reconnecting", attempts: 1 });
    await pass(2000);
    expect(page.listener.positions).toEqual([1, 2]);
    expect(page.snapshot.repaired).toBe(0);
  });

  it("that is read as a page with a hole is a failed attempt, and nothing is skipped", async () => {
    server.answerReads(async () => envelope({ events: [server.log[1]], position: 2, has_more: false }));
    lose();
    emit();
    await pass();
    expect(page.listener.positions).toEqual([]);
    await pass(2000);
    expect(page.listener.positions).toEqual([1, 2]);
  });

  it("whose answer never comes is given up after twenty seconds", async () => {
    server.answerReads(neverAnswers);
    lose();
    emit();
    await pass(20_000);
    expect(page.snapshot.status).toBe("reconnecting");
    await pass(2000);
    expect(page.listener.positions).toEqual([1, 2]);
  });
});

describe("a repetition", () => {
  it("is dropped", async () => {
    const event = emit();
    server.write(eventFrame(event) + eventFrame(event));
    emit();
    await pass();
    expect(page.listener.positions).toEqual([1, 2]);
    expect(page.snapshot.repaired).toBe(0);
  });

  it("of something older is dropped", async () => {
    const first = emit();
    emit();
    server.write(eventFrame(first));
    await pass();
    expect(page.listener.positions).toEqual([1, 2]);
  });
});

describe("a frame", () => {
  it.each([
    ["broken JSON", "event: intake_progress\nid: 1\ndata: {\n\n"],
    ["no position", 'event: intake_progress\nid: 1\ndata: {"event_type":"intake_progress_updated","payload":{}}\n\n'],
    ["a position of text", 'event: intake_progress\ndata: {"position":"1","event_type":"x","payload":{}}\n\n'],
    ["no type", 'event: intake_progress\ndata: {"position":1,"payload":{}}\n\n'],
    ["no payload", 'event: intake_progress\ndata: {"position":1,"event_type":"x"}\n\n'],
    ["a list", "event: intake_progress\ndata: [1]\n\n"],
  ])("with %s is not handed on; the stream is opened again", async (_, text) => {
    server.write(text);
    lose();
    await pass(2000);
    expect(server.attempts).toHaveLength(2);
    expect(page.listener.positions).toEqual([1]);
  });

  it("of a name that this page does not know is handed on when it has a position", async () => {
    const event = { ...lose(), event_type: "scan_rotated", payload: { angle: 90 } };
    server.write(`event: scan_rotated\nid: 1\ndata: ${JSON.stringify(event)}\n\n`);
    emit();
    await pass();
    expect(page.listener.positions).toEqual([1, 2]);
    expect(page.listener.names).toEqual(["scan_rotated", "intake_progress"]);
  });

  it("of a name that this page does not know is left when it has none", async () => {
    server.write("event: weather\ndata: fine\n\ndata: unnamed\n\n");
    emit();
    await pass();
    expect(page.listener.positions).toEqual([1]);
    expect(server.attempts).toHaveLength(1);
  });

  it("of one megabyte is handed on whole", async () => {
    const content = "ä".repeat(1024 * 1024);
    server.emit("agent_response_generated", {
      message_id: "m",
      agent_name: "intake",
      content,
      content_type: "text",
      suggested_actions: [],
    });
    await pass();
    expect(page.listener.events[0]?.payload).toMatchObject({ content });
  });
});

describe("a reset", () => {
  it("replaces the state and goes on from its position, although that is lower", async () => {
    range(1, 5).forEach(emit);
    await pass();
    server.restore(2);
    server.summary = { restored: true };
    server.cut();
    await pass(1000);
    expect(page.listener.states.at(-1)).toEqual({ position: 2, summary: { restored: true }, replaced: true });
    expect(page.snapshot.position).toBe(2);
    emit();
    await pass();
    expect(page.listener.positions).toEqual([1, 2, 3, 4, 5, 3]);
  });
});

it("a listener that throws stops neither the stream nor the other listeners", async () => {
  const reported: unknown[] = [];
  const other = new Page(server, { environment: { reportError: (error) => reported.push(error) } });
  const fault = new Error("my own mistake");
  const heard: number[] = [];
  other.store.subscribe(server.patientId, {
    onEvent: () => {
      throw fault;
    },
  });
  other.store.subscribe(server.patientId, { onEvent: ({ position }) => heard.push(position) });
  await pass();
  emit();
  emit();
  await pass();
  expect(heard).toEqual([1, 2]);
  expect(other.listener.positions).toEqual([1, 2]);
  expect(reported).toEqual([fault, fault]);
  expect(other.snapshot.status).toBe("connected");
});
