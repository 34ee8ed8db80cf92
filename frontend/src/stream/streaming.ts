import type { StreamEventName } from "../generated/events";
import { ANSWER_MS, type Hearing } from "./attempt";
import { Cut, Garbled, Silent } from "./faults";
import { type Frame, FrameReader } from "./frames";
import { type Done, parseConnected, parseDone, parseEvent } from "./messages";
import { abortable, childOf, Watchdog } from "./time";

const NAMES: ReadonlySet<string> = new Set<StreamEventName>([
  "document_update",
  "ehr_update",
  "intake_progress",
  "match_progress",
  "agent_response",
]);
const SILENT_HEARTBEATS = 3;

/** Open a stream and hear it to its end; throws when it ends in another way than by `done`. */
export async function readStream(hearing: Hearing, parent: AbortSignal): Promise<Done> {
  const { controller, release } = childOf(parent);
  const { signal } = controller;
  const watchdog = new Watchdog(hearing.environment, ANSWER_MS, () => controller.abort(new Silent()));
  try {
    const { requests, cursor } = hearing;
    const body = await requests.openStream(cursor.position, { follow: hearing.follows() }, signal);
    return await new OpenStream(hearing, watchdog, signal).read(body);
  } finally {
    watchdog.stop();
    release();
    // Whatever is still under way, the connection above all, ends here.
    controller.abort();
  }
}

class OpenStream {
  readonly #hearing: Hearing;
  readonly #watchdog: Watchdog;
  readonly #signal: AbortSignal;
  readonly #frames = new FrameReader();
  #connected = false;
  #hasNews = false;

  constructor(hearing: Hearing, watchdog: Watchdog, signal: AbortSignal) {
    this.#hearing = hearing;
    this.#watchdog = watchdog;
    this.#signal = signal;
  }

  async read(body: ReadableStream<Uint8Array>): Promise<Done> {
    const reader = body.getReader();
    try {
      for (;;) {
        const chunk = await abortable(reader.read(), this.#signal);
        if (chunk.done) throw new Cut();
        const done = await this.#take(chunk.value);
        if (done) return done;
      }
    } finally {
      reader.cancel().catch(() => undefined);
    }
  }

  async #take(chunk: Uint8Array): Promise<Done | null> {
    // Before `connected`, bytes prove nothing: the answer as a whole is waited for.
    if (this.#connected) {
      this.#watchdog.touch();
      this.#hearing.heard();
    }
    this.#hasNews = false;
    try {
      for (const frame of this.#frames.feed(chunk)) {
        const done = await this.#hear(frame);
        if (done) return done;
      }
      return null;
    } finally {
      // Once per chunk: whoever watches the connection would draw itself anew for each of five hundred events.
      if (this.#hasNews) this.#hearing.healthy();
    }
  }

  async #hear(frame: Frame): Promise<Done | null> {
    if (frame.name === "connected") this.#begin(frame);
    else if (!this.#connected) throw new Garbled("a frame before connected");
    else if (frame.name === "done") return parseDone(frame.data);
    else if (isEvent(frame)) await this.#handOn(frame);
    return null;
  }

  #begin(frame: Frame): void {
    const { position, resumed, heartbeatMs, state, epoch } = parseConnected(frame.data);
    const { cursor, requests } = this.#hearing;
    requests.epoch = epoch;
    // A resumed stream tells what was missed event by event. Its state lies ahead of them, at the log's head:
    // whoever took it would apply the events between to a record that holds them already.
    if (!resumed || cursor.position === null) this.#hearing.begin(position, state);
    this.#connected = true;
    this.#watchdog.setLimit(SILENT_HEARTBEATS * heartbeatMs);
    if (this.#frames.retryMs !== null) this.#hearing.retryAfter(this.#frames.retryMs);
    this.#hearing.connected(heartbeatMs);
  }

  async #handOn(frame: Frame): Promise<void> {
    await this.#hearing.cursor.accept(parseEvent(frame.data), frame.name as StreamEventName, this.#signal);
    this.#hasNews = true;
    // Reading what was missing took time in which nothing else was read.
    this.#watchdog.touch();
  }
}

/** A newer server may send names that this page does not know: those with a position count, others are left. */
function isEvent(frame: Frame): boolean {
  return NAMES.has(frame.name) || /^\s*\{\s*"position":/.test(frame.data);
}
