import { type PageListener, listenToPage } from "./page";
import { Reception } from "./reception";
import type { StreamOf } from "./sharing";
import type { Ask } from "./tabMessages";
import { childOf, never, pause } from "./time";
import type { Verdict } from "./verdict";

const LEAST_PROBE_MS = 5000;

/** A page's connection to one patient's events: attempts and rests in turn, from `start` to `stop`. */
export class Session implements PageListener {
  readonly reception: Reception;
  #stopped: AbortController | null = null;
  #turn = new AbortController();
  /** Counted, because a call may come in the moment between an attempt and its rest. */
  #calls = 0;
  #isResting = false;
  #othersFollow = false;
  #unlisten: (() => void) | null = null;

  /** `wantsFollow`: does somebody in this page want an idle stream to stay open? */
  constructor(of: StreamOf, wantsFollow: () => boolean) {
    this.reception = new Reception(of, {
      onLead: () => this.#interrupt(),
      onFollow: () => this.#interrupt(),
      onAsk: (ask) => this.#answer(ask),
    });
    this.reception.follows = () => this.#othersFollow || wantsFollow();
  }

  start(): void {
    this.#unlisten ??= listenToPage(this.reception.environment, this);
    this.#run();
  }

  stop(): void {
    this.#unlisten?.();
    this.#unlisten = null;
    this.onLeave();
  }

  /** Try again now: a click. */
  reconnect(): void {
    const { sharing, snapshot } = this.reception;
    this.reception.pollUntil = 0;
    // The leading tab has given up, perhaps for a reason of its own such as a lost sign-in: this one tries itself.
    if (sharing.follows && snapshot.status === "disconnected") sharing.tabs?.takeLead();
    else this.#retry("now");
  }

  /** Try again now, unless the stream is open. */
  resume(): void {
    if (this.#isResting || this.reception.sharing.follows) this.#retry("if-closed");
  }

  // As PageListener

  onVisible(hiddenMs: number): void {
    if (this.reception.health.isStale(hiddenMs)) this.#retry("if-closed");
    else this.resume();
  }

  onOnline(): void {
    this.#retry("if-closed");
  }

  /** A page that is being left lets another tab lead at once; its stream would end without a word. */
  onLeave(): void {
    this.#stopped?.abort();
    this.#stopped = null;
    this.reception.sharing.leave();
  }

  onReturn(): void {
    this.#run();
  }

  #run(): void {
    if (this.#stopped !== null) return;
    this.#stopped = new AbortController();
    this.reception.forgive();
    void this.#live(this.#stopped.signal);
  }

  async #live(stopped: AbortSignal): Promise<void> {
    while (!stopped.aborted) {
      const calls = this.#calls;
      const verdict = await this.#inTurn(stopped, (signal) => this.reception.attempt(signal));
      if (stopped.aborted || calls !== this.#calls) continue;
      this.#isResting = true;
      await this.#inTurn(stopped, (signal) => this.#rest(verdict, signal)).catch(() => undefined);
      this.#isResting = false;
    }
  }

  async #inTurn<Outcome>(stopped: AbortSignal, act: (signal: AbortSignal) => Promise<Outcome>): Promise<Outcome> {
    const { controller, release } = childOf(stopped);
    this.#turn = controller;
    try {
      return await act(controller.signal);
    } finally {
      release();
    }
  }

  async #rest(verdict: Verdict, signal: AbortSignal): Promise<void> {
    const { environment } = this.reception;
    switch (verdict.then) {
      case "poll":
        return this.#restBeforePolls(Math.max(LEAST_PROBE_MS, verdict.probeAfterMs), signal);
      case "stop":
        this.reception.show({ status: "disconnected", failure: verdict.failure });
        // Another tab of the same person may have a better token.
        if (verdict.failure === "unauthorized") this.reception.sharing.leave();
        return never(signal);
      case "again":
        // Between two rounds of polling there is nothing to show.
        if (verdict.afterMs > 0) this.reception.show({ status: "reconnecting" });
        return pause(environment, verdict.afterMs, signal);
    }
  }

  async #restBeforePolls(ms: number, signal: AbortSignal): Promise<void> {
    const { reception } = this;
    const now = reception.environment.now();
    // It polled already: without a pause, polls that are refused as well would be asked in a loop.
    if (now < reception.pollUntil) return pause(reception.environment, ms, signal);
    reception.pollUntil = now + ms;
  }

  #retry(wish: Ask["wake"]): void {
    this.reception.wish = wish;
    this.reception.forgive();
    this.#interrupt();
  }

  #interrupt(): void {
    this.#calls += 1;
    this.#turn.abort();
  }

  /** Another tab asks this one, which leads. */
  #answer(ask: Ask): void {
    const idles = this.reception.snapshot.ended === "idle" && ask.follow;
    this.#othersFollow ||= ask.follow;
    if (ask.wake === "now") this.reconnect();
    else if (this.#isResting && (ask.wake === "if-closed" || idles)) this.#retry("no");
    this.reception.tellTabs();
  }
}
