import { createParser } from "eventsource-parser";
import { Garbled } from "./faults";

/** One dispatched event of the wire, as the WHATWG HTML standard, section 9.2, has it. */
export interface Frame {
  readonly name: string;
  readonly data: string;
  /** The last event id at the time; "" when there is none. */
  readonly id: string;
}

/** A frame that grows beyond this many characters is no frame of ours: it would eat the tab's memory. */
const MAX_FRAME = 16 * 1024 * 1024;

/** Is a body of this content type a stream of events? */
export function isEventStream(contentType: string | null): boolean {
  return contentType?.split(";")[0]?.trim().toLowerCase() === "text/event-stream";
}

/** Turns bytes, however they are cut, into frames. Throws `Garbled` at a frame without end. */
export class FrameReader {
  /** What the last `retry` field said, in milliseconds. */
  retryMs: number | null = null;
  #id = "";
  #frames: Frame[] = [];
  #endedInCR = false;
  // Takes one byte order mark away, and keeps a character whose bytes came in two chunks.
  readonly #decoder = new TextDecoder();
  readonly #parser = createParser({
    maxBufferSize: MAX_FRAME,
    onEvent: ({ event, data, id }) => {
      this.#id = id ?? this.#id;
      this.#frames.push({ name: event ?? "message", data, id: this.#id });
    },
    onRetry: (ms) => {
      this.retryMs = ms;
    },
    onError: (error) => {
      if (error.type === "max-buffer-size-exceeded") throw new Garbled("a frame without end");
    },
  });

  feed(chunk: Uint8Array): Frame[] {
    this.#parser.feed(this.#inLF(this.#decoder.decode(chunk, { stream: true })));
    const frames = this.#frames;
    this.#frames = [];
    return frames;
  }

  /** The parser waits after a CR for a LF that may never come; a CR ends the line at once. */
  #inLF(text: string): string {
    if (text === "") return text;
    const rest = this.#endedInCR && text.startsWith("\n") ? text.slice(1) : text;
    this.#endedInCR = text.endsWith("\r");
    return rest.includes("\r") ? rest.replace(/\r\n?/g, "\n") : rest;
  }
}
