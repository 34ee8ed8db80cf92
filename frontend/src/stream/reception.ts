import type { CurawayEvent, StreamEventName } from "../generated/events";
import { ANSWER_MS } from "./attempt";
import { Cursor } from "./cursor";
import type { StreamEnvironment } from "./environment";
import { SubjectChanged } from "./faults";
import { follow, type Following } from "./following";
import { Health } from "./health";
import { Listeners } from "./listeners";
import { poll } from "./polling";
import { Requests } from "./requests";
import { Sharing, type StreamOf } from "./sharing";
import { readStream } from "./streaming";
import type { Ask, Connection } from "./tabMessages";
import type { TabsListener } from "./tabs";
import { within } from "./time";
import type { StreamSnapshot } from "./types";
import { afterDone, afterFault, type Verdict } from "./verdict";

/** What a connection shows of itself before it has tried anything. */
export const UNTRIED: StreamSnapshot = {
  status: "connecting",
  failure: null,
  position: null,
  attempts: 0,
  repaired: 0,
  reconnects: 0,
  ended: null,
};

const RETRY_MS = 2000;
/** No pause that a server asks for is longer: more than this is left only when the clock was set back. */
const LONGEST_POLL_MS = 600_000;
const AGAIN: Verdict = { then: "again", afterMs: 0 };

/** Hears a patient's events in whichever way can be had now, and hands them on; one attempt at a time. */
export class Reception implements Following {
  snapshot = UNTRIED;
  readonly environment: StreamEnvironment;
  readonly listeners: Listeners;
  readonly requests: Requests;
  readonly cursor: Cursor;
  readonly health: Health;
  readonly sharing: Sharing;
  /** Until then (ms) streaming is taken to be switched off. */
  pollUntil = 0;
  /** What to ask the leading tab for, the next time that this one follows. */
  wish: Ask["wake"] = "no";
  /** Whether an idle stream is to stay open. */
  follows: () => boolean = () => true;
  #retryMs = RETRY_MS;
  #hasBegun = false;
  #hasConnected = false;

  constructor(of: StreamOf, told: TabsListener) {
    const { environment } = of;
    this.environment = environment;
    this.listeners = new Listeners(environment.reportError);
    this.health = new Health(environment);
    this.sharing = new Sharing(of, told);
    this.requests = new Requests({ ...of, checkToken: (token) => this.sharing.checkToken(token) });
    const read = (after: number, signal: AbortSignal) =>
      within(environment, ANSWER_MS, signal, (inTime) => this.requests.readEvents(after, { wait: 0 }, inTime));
    this.cursor = new Cursor(read, (event, name) => this.#handOn(event, name));
  }

  /** Hear for as long as it goes; what to do then. Meaningless when the signal was aborted. */
  async attempt(signal: AbortSignal): Promise<Verdict> {
    this.health.beginAttempt();
    try {
      await this.sharing.join(signal);
      return await this.#hear(signal);
    } catch (fault) {
      return signal.aborted ? AGAIN : this.#judge(fault);
    }
  }

  show(change: Partial<StreamSnapshot>): void {
    const { position, repaired } = this.cursor;
    const before = this.snapshot;
    const now = { ...before, ...change, position, repaired };
    const changed = (Object.keys(now) as (keyof StreamSnapshot)[]).filter((key) => now[key] !== before[key]);
    if (changed.length === 0) return;
    this.snapshot = now;
    if (changed.some((key) => key !== "position" && key !== "repaired")) this.tellTabs();
    this.listeners.onChange(now);
  }

  tellTabs(): void {
    const { status, failure, attempts, reconnects, ended } = this.snapshot;
    this.sharing.tell({ status, failure, attempts, reconnects, ended }, this.cursor.position, this.requests.epoch);
  }

  /** Forget the failed attempts: somebody asks for new ones. */
  forgive(): void {
    this.health.failures = 0;
    this.#showFailures();
  }

  // As Hearing

  begin(position: number, summary: unknown): void {
    const state = { position, summary, replaced: this.#hasBegun };
    this.#hasBegun = true;
    this.cursor.position = position;
    this.sharing.begin(state, this.requests.epoch);
    this.listeners.onState(state);
    this.show({});
  }

  connected(heartbeatMs: number): void {
    this.health.connected(heartbeatMs);
    this.pollUntil = 0;
    const reconnects = this.snapshot.reconnects + (this.#hasConnected ? 1 : 0);
    this.#hasConnected = true;
    this.show({ status: "connected", failure: null, reconnects });
  }

  heard(): void {
    this.health.heard();
    this.#showFailures();
  }

  healthy(): void {
    this.health.healthy();
    this.#showFailures();
  }

  retryAfter(ms: number): void {
    this.#retryMs = ms;
  }

  // As Following

  get tabs() {
    if (this.sharing.tabs === null) throw new TypeError("nobody to follow");
    return this.sharing.tabs;
  }

  get era(): string | null {
    return this.sharing.era;
  }

  set era(era: string | null) {
    this.sharing.era = era;
  }

  takeWish(): Ask["wake"] {
    const wish = this.wish;
    this.wish = "no";
    return wish;
  }

  mirror(connection: Connection): void {
    this.#hasConnected ||= connection.status === "connected";
    this.show(connection);
  }

  async #hear(signal: AbortSignal): Promise<Verdict> {
    if (this.sharing.follows) return follow(this, signal);
    const pollMs = Math.min(this.pollUntil - this.environment.now(), LONGEST_POLL_MS);
    if (pollMs > 0) {
      this.show({ status: "polling", failure: null });
      await poll(this, pollMs, signal);
      this.pollUntil = 0;
      return AGAIN;
    }
    // While it polls, the stream is tried in between: that is no change to whoever watches.
    if (this.snapshot.status !== "polling") this.show({ status: this.#trying(), failure: null });
    const done = await readStream(this, signal);
    this.show({ ended: done.reason });
    return afterDone(done, { follow: this.follows() });
  }

  #judge(fault: unknown): Verdict {
    const failures = this.health.failed(fault);
    this.show({ attempts: failures });
    if (fault instanceof SubjectChanged) this.#forget();
    return afterFault(fault, { failures, retryMs: this.#retryMs, random: this.environment.random });
  }

  /** What was heard so far was another person's. */
  #forget(): void {
    this.sharing.forgetSubject();
    this.cursor.position = null;
  }

  #handOn(event: CurawayEvent, name: StreamEventName): void {
    this.sharing.passOn(event, name, this.requests.epoch);
    this.listeners.onEvent(event, name);
  }

  #showFailures(): void {
    if (!this.sharing.follows) this.show({ attempts: this.health.failures });
  }

  #trying(): "connecting" | "reconnecting" {
    return this.#hasConnected || this.health.failures > 0 ? "reconnecting" : "connecting";
  }
}
