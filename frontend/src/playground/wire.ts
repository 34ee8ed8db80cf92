import { FrameReader, isEventStream } from "../stream/frames";

/** One frame as it came over the wire. */
export interface WireFrame {
  readonly number: number;
  /** When it was read: milliseconds since 1970. */
  readonly at: number;
  readonly name: string;
  readonly id: string;
  readonly data: string;
}

/** What has been seen of this page's streams; immutable, a new object for every change. */
export interface WireSnapshot {
  readonly frames: readonly WireFrame[];
  /** Streams that were opened. */
  readonly opened: number;
  readonly bytes: number;
  readonly heartbeats: number;
  readonly isOff: boolean;
}

const KEPT = 500;
const HEARTBEAT = ":\n";

/** Stands between the page and the network: shows every frame, and can cut the connection. */
export class Wire {
  #snapshot: WireSnapshot = { frames: [], opened: 0, bytes: 0, heartbeats: 0, isOff: false };
  #number = 0;
  readonly #subscribers = new Set<() => void>();
  readonly #cuts = new Set<() => void>();

  readonly subscribe = (onChange: () => void): (() => void) => {
    this.#subscribers.add(onChange);
    return () => this.#subscribers.delete(onChange);
  };

  readonly snapshot = (): WireSnapshot => this.#snapshot;

  /** A `fetch` whose streams are watched; other answers pass as they are. */
  around(send: typeof fetch): typeof fetch {
    return async (input, init) => {
      const isStream = new Headers(init?.headers).get("Accept") === "text/event-stream";
      if (isStream && this.#snapshot.isOff) throw new TypeError("The network was switched off on this page.");
      const response = await send(input, init);
      if (response.body === null || !isEventStream(response.headers.get("Content-Type"))) return response;
      return new Response(this.#watched(response.body), response);
    };
  }

  /** Break every open stream, as a lost network would. */
  cut(): void {
    for (const cut of this.#cuts) cut();
    this.#cuts.clear();
  }

  switchOff(): void {
    this.#show({ isOff: true });
    this.cut();
  }

  switchOn(): void {
    this.#show({ isOff: false });
  }

  clear(): void {
    this.#show({ frames: [], bytes: 0, heartbeats: 0, opened: 0 });
  }

  #watched(body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
    const reader = body.getReader();
    const frames = new FrameReader();
    const ended = new AbortController();
    this.#show({ opened: this.#snapshot.opened + 1 });
    return new ReadableStream({
      start: (controller) => {
        const cut = () => {
          ended.abort();
          controller.error(new TypeError("The connection was cut on this page."));
          void reader.cancel().catch(() => undefined);
        };
        this.#cuts.add(cut);
        ended.signal.addEventListener("abort", () => this.#cuts.delete(cut));
      },
      pull: async (controller) => {
        const { done, value } = await reader.read();
        if (ended.signal.aborted) return;
        if (done) {
          ended.abort();
          return controller.close();
        }
        this.#record(frames, value);
        controller.enqueue(value);
      },
      cancel: (reason) => {
        ended.abort();
        return reader.cancel(reason);
      },
    });
  }

  #record(frames: FrameReader, chunk: Uint8Array): void {
    const at = Date.now();
    const read = frames.feed(chunk).map((frame) => ({ ...frame, number: ++this.#number, at }));
    const { bytes, heartbeats } = this.#snapshot;
    this.#show({
      frames: [...this.#snapshot.frames, ...read].slice(-KEPT),
      bytes: bytes + chunk.byteLength,
      // A heartbeat is sent alone.
      heartbeats: heartbeats + (new TextDecoder().decode(chunk) === HEARTBEAT ? 1 : 0),
    });
  }

  #show(change: Partial<WireSnapshot>): void {
    this.#snapshot = { ...this.#snapshot, ...change };
    for (const tell of this.#subscribers) tell();
  }
}
