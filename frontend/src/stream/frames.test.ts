// @vitest-environment node
import { describe, expect, it } from "vitest";
import { seeded } from "../testing/seeded";
import { type Frame, FrameReader, isEventStream } from "./frames";

/** Events as `data`, or as `[type, data]`, or as `[type, data, last event id]`. */
type Dispatched = string | readonly [type: string, data: string, id?: string];

const LONG = "x".repeat(2048);

/**
 * The parsing cases of the web-platform-tests for EventSource (`eventsource/format-*`), by their names there: the
 * stream's text, what is dispatched, and what `retry` ends up as.
 */
const CASES: readonly [name: string, text: string, events: readonly Dispatched[], retryMs?: number | null][] = [
  ["format-bom", "\uFEFFdata:1\n\n\uFEFFdata:2\n\ndata:3\n\n", ["1", "3"]],
  ["format-bom-2", "\uFEFF\uFEFFdata:1\n\ndata:2\n\ndata:3\n\n", ["2", "3"]],
  ["format-comments", `data:1\r:\0\n:\r\ndata:2\n:${LONG}\rdata:3\n:data:fail\r:${LONG}\ndata:4\n\n`, ["1\n2\n3\n4"]],
  ["format-data-before-final-empty-line", "retry:1000\ndata:test1\n\nid:test\ndata:test2", ["test1"], 1000],
  ["format-field-data", "data:\n\ndata\ndata\n\ndata:test\n\n", ["", "\n", "test"]],
  ["format-field-event", "event:test\ndata:x\n\ndata:x\n\n", [["test", "x"], "x"]],
  ["format-field-event-empty", "event: \ndata:data\n\n", ["data"]],
  ["format-field-id", "id: \u2026\ndata:hello\n\n", [["message", "hello", "\u2026"]]],
  [
    "format-field-id-2",
    "id: \u2026\ndata:hello\n\ndata:again\n\ndata:and again\n\n",
    [
      ["message", "hello", "\u2026"],
      ["message", "again", "\u2026"],
      ["message", "and again", "\u2026"],
    ],
  ],
  [
    "format-field-id-3: changes and persists",
    "id: 1\ndata: 1\n\nid: 2\ndata: 2\n\ndata:3\n\n",
    [
      ["message", "1", "1"],
      ["message", "2", "2"],
      ["message", "3", "2"],
    ],
  ],
  [
    "format-field-id-3: resets with an empty value",
    "id: 1\ndata: 1\n\nid:\ndata: 2\n\ndata:3\n\n",
    [
      ["message", "1", "1"],
      ["message", "2", ""],
      ["message", "3", ""],
    ],
  ],
  [
    "format-field-id-3: resets without a colon",
    "id: 1\ndata: 1\n\nid\ndata: 2\n\n",
    [
      ["message", "1", "1"],
      ["message", "2", ""],
    ],
  ],
  ["format-field-id-null", "id: 1\0\0\ndata:hello\n\n", [["message", "hello", ""]]],
  [
    "format-field-parsing",
    "data:\0\ndata:  2\rData:1\ndata\0:2\ndata:1\r\0data:4\nda-ta:3\rdata_5\ndata:3\rdata:\r\n data:32\ndata:4\n\n",
    ["\0\n 2\n1\n3\n\n4"],
  ],
  ["format-field-retry", "retry:3000\ndata:x\n\n", ["x"], 3000],
  ["format-field-retry-bogus", "retry:3000\nretry:1000x\ndata:x\n\n", ["x"], 3000],
  ["format-field-retry-empty", "retry\ndata:test\n\n", ["test"], null],
  [
    "format-field-unknown",
    "data:test\n data\ndata\nfoobar:xxx\njustsometext\n:comment\ndata:test\n\n",
    ["test\n\ntest"],
  ],
  ["format-leading-space", "data:\ttest\rdata: \ndata:test\n\n", ["\ttest\n\ntest"]],
  ["format-newlines", "data:test\r\ndata\ndata:test\r\n\r", ["test\n\ntest"]],
  ["format-null-character", "data:\0\n\n\n\n", ["\0"]],
  ["format-utf-8", "data:ok\u2026\n\n", ["ok\u2026"]],
  [
    "event-data",
    "data:msg\ndata: msg\n\n:\nfalsefield:msg\n\nfalsefield:msg\nData:data\n\ndata\n\ndata:end\n\n",
    ["msg\nmsg", "", "end"],
  ],
  ["line ends by CR alone", "data:1\r\rdata:2\r\r", ["1", "2"]],
  ["a CR LF is one line end", "data:1\r\n\r\ndata:2\r\n\r\n", ["1", "2"]],
  [
    "separators of Unicode are no line ends",
    "data:a\u2028b\u2029c\u0085d\u000Be\n\n",
    ["a\u2028b\u2029c\u0085d\u000Be"],
  ],
  ["heartbeats in between, without an empty line", ":\n:\ndata:1\n:\n\n:\n", ["1"]],
];

const bytesOf = (text: string) => new TextEncoder().encode(text);

function read(chunks: Iterable<Uint8Array>): { frames: Frame[]; retryMs: number | null } {
  const reader = new FrameReader();
  const frames = [...chunks].flatMap((chunk) => reader.feed(chunk));
  return { frames, retryMs: reader.retryMs };
}

function* singly(bytes: Uint8Array): Iterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 1) yield bytes.subarray(at, at + 1);
}

function* atRandom(bytes: Uint8Array, random: () => number): Iterable<Uint8Array> {
  for (let at = 0; at < bytes.length;) {
    const end = at + Math.floor(random() * 7);
    yield bytes.subarray(at, end);
    at = end;
  }
}

const asFrame = (event: Dispatched, expectId: boolean) => {
  const [name, data, id] = typeof event === "string" ? ["message", event] : event;
  return expectId ? { name, data, id } : { name, data };
};

describe.each(CASES)("web-platform-tests: %s", (_, text, events, retryMs) => {
  const hasIds = events.some((event) => typeof event !== "string" && event.length === 3);
  const expected = events.map((event) => asFrame(event, hasIds));
  const seen = ({ frames }: { frames: Frame[] }) =>
    frames.map(({ name, data, id }) => (hasIds ? { name, data, id } : { name, data }));

  it("is read whole", () => {
    const result = read([bytesOf(text)]);
    expect(seen(result)).toEqual(expected);
    if (retryMs !== undefined) expect(result.retryMs).toBe(retryMs);
  });

  it("is read the same byte by byte", () => {
    expect(seen(read(singly(bytesOf(text))))).toEqual(expected);
  });

  it("is read the same however it is cut", () => {
    for (let seed = 1; seed <= 20; seed += 1) {
      expect(seen(read(atRandom(bytesOf(text), seeded(seed)))), `seed ${seed}`).toEqual(expected);
    }
  });
});

describe("bytes", () => {
  it("that are no UTF-8 become U+FFFD, and nothing else is lost", () => {
    const { frames } = read([bytesOf("data:a"), Uint8Array.of(0xff, 0xc3), bytesOf("(b\n\ndata:c\n\n")]);
    expect(frames.map(({ data }) => data)).toEqual(["a\uFFFD\uFFFD(b", "c"]);
  });

  it("of one character may come in four chunks", () => {
    const { frames } = read(singly(bytesOf("data:🦴\n\n")));
    expect(frames.map(({ data }) => data)).toEqual(["🦴"]);
  });

  it("of a frame of one megabyte are one frame", () => {
    const data = "ü".repeat(1024 * 1024);
    const bytes = bytesOf(`data:${data}\n\n`);
    const chunks = Array.from({ length: 64 }, (_, part) =>
      bytes.subarray(Math.floor((part * bytes.length) / 64), Math.floor(((part + 1) * bytes.length) / 64)),
    );
    expect(read(chunks).frames).toEqual([{ name: "message", data, id: "" }]);
  });

  it("of a frame without end are refused, before they fill the memory", () => {
    const reader = new FrameReader();
    const piece = bytesOf("x".repeat(1024 * 1024));
    expect(() => {
      for (let megabyte = 0; megabyte < 20; megabyte += 1) reader.feed(piece);
    }).toThrow("a frame without end");
  });
});

describe("the content type", () => {
  it.each([
    ["text/event-stream", true],
    ["text/event-stream;", true],
    ["text/event-stream; charset=utf-8", true],
    ["Text/Event-Stream ;bogus", true],
    ["text/x-bogus", false],
    ["text/event-stream-bogus", false],
    ["text/html; charset=utf-8", false],
    ["", false],
    [null, false],
  ])("%j: a stream is %j", (contentType, expected) => {
    expect(isEventStream(contentType)).toBe(expected);
  });
});
