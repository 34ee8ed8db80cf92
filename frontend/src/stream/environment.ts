/** What tabs talk over; `BroadcastChannel` is one. */
export interface TabChannel {
  postMessage(message: unknown): void;
  onmessage: ((message: MessageEvent) => void) | null;
  close(): void;
}

/** The part of `navigator.locks` by which tabs agree on one of them. */
export interface TabLocks {
  request(name: string, options: LockOptions, held: () => Promise<void>): Promise<void>;
}

/** Everything the engine takes from the world around it, so that a test can be the world. */
export interface StreamEnvironment {
  fetch(url: string, init: RequestInit): Promise<Response>;
  /** Milliseconds; a clock that goes on while the machine sleeps. */
  now(): number;
  /** 0 ≤ x < 1 */
  random(): number;
  setTimeout(run: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
  /** A new name that nobody else has. */
  newId(): string;
  /** Shows an error of a listener to whoever watches for errors; the stream goes on. */
  reportError(error: unknown): void;
  /** Where `visibilitychange` is heard; null outside of a page. */
  readonly document: (EventTarget & { readonly visibilityState: DocumentVisibilityState }) | null;
  /** Where `online`, `pageshow` and `pagehide` are heard; null outside of a page. */
  readonly window: EventTarget | null;
  /** Without locks or channels every tab has a stream of its own. */
  readonly locks: TabLocks | null;
  readonly openChannel: ((name: string) => TabChannel) | null;
}

/** The browser as it is; also runs in workers and Node.js, which lack the pages and the tabs. */
export function browserEnvironment(): StreamEnvironment {
  return {
    fetch: (url, init) => globalThis.fetch(url, init),
    now: () => Date.now(),
    random: () => Math.random(),
    setTimeout: (run, ms) => globalThis.setTimeout(run, ms),
    clearTimeout: (timer) => globalThis.clearTimeout(timer as number),
    newId,
    reportError: (error) => {
      if (typeof globalThis.reportError === "function") globalThis.reportError(error);
      else queueMicrotask(() => Promise.reject(error));
    },
    document: typeof document === "undefined" ? null : document,
    window: typeof window === "undefined" ? null : window,
    locks: typeof window === "undefined" ? null : (navigator.locks ?? null),
    openChannel:
      typeof window === "undefined" || typeof BroadcastChannel === "undefined"
        ? null
        : (name) => new BroadcastChannel(name),
  };
}

/** `crypto.randomUUID` is missing on pages served by plain HTTP. */
function newId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return `web-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
