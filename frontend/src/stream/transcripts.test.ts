// @vitest-environment node
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { neverAnswers } from "../testing";
import { FakeStreamServer } from "../testing/FakeStreamServer";
import { Page, pass } from "../testing/page";

/** Golden streams: the server's tests compare what it writes with these, byte for byte. */
const FOLDER = fileURLToPath(new URL("../../../contracts/transcripts/", import.meta.url));
const NAMES = readdirSync(FOLDER).filter((name) => name.endsWith(".sse"));

interface Expected {
  readonly positions: readonly number[];
  readonly state: number;
  readonly ended: string;
  readonly status: string;
}

const EXPECTED: Readonly<Record<string, Expected>> = {
  "first-visit.sse": { positions: [1, 2, 3], state: 0, ended: "idle", status: "disconnected" },
  "resumed.sse": { positions: [2, 3, 4], state: 1, ended: "timeout", status: "reconnecting" },
  "reset-ahead.sse": { positions: [3], state: 2, ended: "idle", status: "disconnected" },
  "draining.sse": { positions: [4], state: 3, ended: "draining", status: "reconnecting" },
  "hard-texts.sse": { positions: [1, 2, 3, 4, 5, 6, 7, 8], state: 0, ended: "idle", status: "disconnected" },
};

const CUTS = [
  ["in one chunk", Number.MAX_SAFE_INTEGER],
  ["byte by byte", 1],
  ["in chunks of 7 bytes", 7],
] as const;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

function chunked(bytes: Uint8Array, size: number): ReadableStream<Uint8Array> {
  let at = 0;
  return new ReadableStream({
    pull: (controller) => {
      if (at >= bytes.length) return controller.close();
      controller.enqueue(bytes.subarray(at, at + size));
      at += size;
    },
  });
}

async function replay(name: string, size: number): Promise<Page> {
  const server = new FakeStreamServer();
  const body = chunked(readFileSync(FOLDER + name), size);
  server.answerStreams(
    async () => new Response(body, { headers: { "Content-Type": "text/event-stream; charset=utf-8" } }),
    neverAnswers,
  );
  const page = new Page(server, { follow: false });
  for (let turn = 0; turn < 1000 && page.snapshot.ended === null; turn += 1) await pass();
  return page;
}

/** What the frames say, read without any of the engine's own code. */
function framesOf(name: string): unknown[] {
  return readFileSync(FOLDER + name, "utf8")
    .split("\n")
    .filter((line) => line.startsWith('data: {"position":'))
    .map((line) => JSON.parse(line.slice("data: ".length)) as unknown);
}

it("every transcript is known here", () => {
  expect(NAMES.sort()).toEqual(Object.keys(EXPECTED).sort());
});

describe.each(Object.entries(EXPECTED))("%s", (name, expected) => {
  it.each(CUTS)("%s is heard event by event, dense, to its end", async (_, size) => {
    const page = await replay(name, size);
    expect(page.listener.positions).toEqual(expected.positions);
    expect(page.listener.events).toEqual(framesOf(name));
    expect(page.listener.states.map(({ position }) => position)).toEqual([expected.state]);
    expect(page.snapshot).toMatchObject({ ended: expected.ended, status: expected.status, repaired: 0, failure: null });
  });
});

it("texts that break other clients arrive as they are", async () => {
  const { listener } = await replay("hard-texts.sse", 1);
  const contents = listener.events.map(({ payload }) => (payload as { content: string }).content);
  expect(contents).toEqual([
    "line separator \u2028 paragraph separator \u2029 next line \u0085 end",
    "carriage return \r line end \n both \r\n end",
    "quotes \" and ' and backslash \\u2028",
    "🦴 👩‍⚕️ ركبة 膝",
    "\n\nevent: done\nid: 99\ndata: {}\n\n",
    ": no comment",
    "\ufeffbyte order mark",
    "control \u000b\f\u001c\u001d\u001e end",
  ]);
});
