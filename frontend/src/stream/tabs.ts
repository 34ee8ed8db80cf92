import type { StreamEnvironment, TabChannel, TabLocks } from "./environment";
import type { Ask, LeaderMessage, TabMessage } from "./tabMessages";

/** Whom the tabs tell. */
export interface TabsListener {
  /** This tab holds the stream from now on. */
  onLead(): void;
  /** Another tab has taken the lead. */
  onFollow(): void;
  /** Another tab asks the leading one, which is this one. */
  onAsk(ask: Ask): void;
}

/**
 * The tabs of one person and patient: one of them leads, the others hear what it says.
 *
 * The lead is a lock: when its tab is closed or crashes, the browser gives it to the next one that waits.
 */
export class Tabs {
  leads = false;
  readonly #locks: TabLocks;
  readonly #channel: TabChannel;
  readonly #name: string;
  readonly #told: TabsListener;
  #waiting = new AbortController();
  #release: () => void = () => undefined;
  #left = false;
  #hear: (message: LeaderMessage) => void = () => undefined;

  constructor(name: string, locks: TabLocks, channel: TabChannel, told: TabsListener) {
    this.#name = name;
    this.#locks = locks;
    this.#channel = channel;
    this.#told = told;
    channel.onmessage = ({ data }) => this.#received(data as TabMessage);
    this.#queue();
  }

  /** Null where the browser lacks what it takes: the tab then has a stream of its own. */
  static join({ locks, openChannel }: StreamEnvironment, name: string, told: TabsListener): Tabs | null {
    return locks && openChannel ? new Tabs(name, locks, openChannel(name), told) : null;
  }

  post(message: TabMessage): void {
    if (!this.#left) this.#channel.postMessage(message);
  }

  /** What the leading tab says goes here, until the next call. */
  hearWith(hear: (message: LeaderMessage) => void): void {
    this.#hear = hear;
  }

  /** Take the lead away from a tab that does not answer. */
  takeLead(): void {
    if (this.leads || this.#left) return;
    this.#waiting.abort();
    this.#request({ steal: true });
  }

  /** The next tab that waits leads. */
  leave(): void {
    this.#left = true;
    this.leads = false;
    this.#waiting.abort();
    this.#release();
    this.#channel.onmessage = null;
    this.#channel.close();
  }

  #received(message: TabMessage): void {
    if (message.kind !== "ask") {
      // Two tabs believe that they lead, for as long as the one that was robbed has not noticed.
      if (!this.leads) this.#hear(message);
    } else if (this.leads) this.#told.onAsk(message);
  }

  #queue(): void {
    this.#waiting = new AbortController();
    this.#request({ signal: this.#waiting.signal });
  }

  #request(options: LockOptions): void {
    this.#locks
      .request(this.#name, options, () => this.#lead())
      .catch((error: unknown) => {
        if (this.#left) return;
        if (this.leads) this.#robbed();
        // Locks may be refused, for example in a sandboxed frame: then without the others.
        else if ((error as Error).name !== "AbortError") this.#startLeading();
      });
  }

  #lead(): Promise<void> {
    if (this.#left) return Promise.resolve();
    const held = new Promise<void>((resolve) => {
      this.#release = resolve;
    });
    this.#startLeading();
    return held;
  }

  #startLeading(): void {
    this.leads = true;
    this.#told.onLead();
  }

  #robbed(): void {
    this.leads = false;
    this.#queue();
    this.#told.onFollow();
  }
}
