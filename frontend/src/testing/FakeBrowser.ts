import { browserEnvironment, type StreamEnvironment } from "../stream/environment";
import { FakeChannels } from "./FakeChannels";
import { FakeLocks } from "./FakeLocks";
import { Gate } from "./Gate";

type Fetch = StreamEnvironment["fetch"];

/** A browser with several tabs of one origin, which share locks and channels. */
export class FakeBrowser {
  readonly #locks = new FakeLocks();
  readonly #channels = new FakeChannels();

  openTab(fetch: Fetch): FakeTab {
    return new FakeTab(fetch, this.#locks, this.#channels);
  }
}

/** One tab: its page events, and how it dies or freezes. */
export class FakeTab {
  readonly document = new FakeDocument();
  readonly window = new EventTarget();
  readonly environment: StreamEnvironment;
  readonly #gate = new Gate();
  readonly #locks: FakeLocks;
  readonly #channels: FakeChannels;

  constructor(fetch: Fetch, locks: FakeLocks, channels: FakeChannels) {
    this.#locks = locks;
    this.#channels = channels;
    this.environment = {
      ...browserEnvironment(),
      document: this.document,
      window: this.window,
      fetch: async (url, init) => this.#gate.response(await fetch(url, init)),
      // Every draw the same, so that a test is the same every time.
      random: () => 0.5,
      setTimeout: (run, ms) => {
        const timer: Timer = {
          isCleared: false,
          timer: setTimeout(() => this.#gate.run(() => expire(timer, run)), ms),
        };
        return timer;
      },
      clearTimeout: (timer) => clear(timer as Timer | undefined),
      locks: { request: (name, options, held) => locks.request(this, name, options, held) },
      openChannel: (name) => channels.open(this, name, (deliver) => this.#gate.run(deliver)),
    };
  }

  /** The page is gone, without a word: nothing of it runs any more; the browser frees its locks. */
  crash(): void {
    this.#gate.close();
    this.#channels.closeAllOf(this);
    this.#locks.releaseAllOf(this);
  }

  /** Closed by its person: the page is told first. */
  close(): void {
    this.window.dispatchEvent(pageEvent("pagehide", false));
    this.crash();
  }

  /** Nothing of the page runs, and it keeps its locks. */
  freeze(): void {
    this.#gate.close();
  }

  /** What came meanwhile comes now. */
  thaw(): void {
    this.#gate.open();
  }

  hide(): void {
    this.document.setVisibility("hidden");
  }

  show(): void {
    this.document.setVisibility("visible");
  }

  goOnline(): void {
    this.window.dispatchEvent(new Event("online"));
  }

  /** Left by its person, and kept by the browser. */
  leave(): void {
    this.window.dispatchEvent(pageEvent("pagehide", true));
  }

  /** Come back to. */
  comeBack(): void {
    this.window.dispatchEvent(pageEvent("pageshow", true));
  }
}

class FakeDocument extends EventTarget {
  visibilityState: DocumentVisibilityState = "visible";

  setVisibility(state: DocumentVisibilityState): void {
    this.visibilityState = state;
    this.dispatchEvent(new Event("visibilitychange"));
  }
}

interface Timer {
  isCleared: boolean;
  readonly timer: ReturnType<typeof setTimeout>;
}

/** One that was due while the page was frozen may have been cleared since. */
function expire(timer: Timer, run: () => void): void {
  if (!timer.isCleared) run();
}

function clear(timer: Timer | undefined): void {
  if (timer === undefined) return;
  timer.isCleared = true;
  clearTimeout(timer.timer);
}

function pageEvent(type: string, persisted: boolean): Event {
  return Object.assign(new Event(type), { persisted });
}
