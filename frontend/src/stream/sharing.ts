import type { CurawayEvent, StreamEventName } from "../generated/events";
import type { StreamEnvironment } from "./environment";
import { SubjectChanged } from "./faults";
import { subjectOf } from "./subject";
import { type Connection, channelName } from "./tabMessages";
import { Tabs, type TabsListener } from "./tabs";
import { ANSWER_MS } from "./attempt";
import { within } from "./time";
import type { StreamCredentials, StreamState } from "./types";

/** What a stream is of, and who sees it. */
export interface StreamOf {
  readonly environment: StreamEnvironment;
  readonly credentials: StreamCredentials;
  /** "" for the page's own server. */
  readonly baseUrl: string;
  readonly patientId: string;
}

/** One stream for all tabs of a person that show the same patient. */
export class Sharing {
  tabs: Tabs | null = null;
  /** The run of positions that this tab's position belongs to; null before there is one. */
  era: string | null = null;
  readonly #of: StreamOf;
  readonly #told: TabsListener;
  #hasJoined = false;
  #subject: string | null;

  constructor(of: StreamOf, told: TabsListener) {
    this.#of = of;
    this.#told = told;
    this.#subject = of.credentials.subject ?? null;
  }

  get follows(): boolean {
    return this.tabs !== null && !this.tabs.leads;
  }

  /** Join the other tabs of the same person, once it is known who that is. */
  async join(signal: AbortSignal): Promise<void> {
    const { environment } = this.#of;
    if (this.#hasJoined || !environment.locks || !environment.openChannel) return;
    this.#subject ??= await this.#subjectOfToken(signal);
    signal.throwIfAborted();
    this.#hasJoined = true;
    // Who cannot be told apart from others shares with nobody.
    if (this.#subject === null) return;
    const name = channelName({ ...this.#of, tenantId: this.#of.credentials.tenantId, subject: this.#subject });
    this.tabs = Tabs.join(environment, name, this.#told);
  }

  leave(): void {
    this.tabs?.leave();
    this.tabs = null;
    this.#hasJoined = false;
  }

  /** Throws `SubjectChanged` when the token is another person's than the one this stream began with. */
  checkToken(token: string): void {
    const subject = subjectOf(token);
    if (subject === null) return;
    this.#subject ??= subject;
    if (subject !== this.#subject) throw new SubjectChanged();
  }

  forgetSubject(): void {
    this.leave();
    this.#subject = this.#of.credentials.subject ?? null;
    this.era = null;
  }

  /** Tell the tabs that follow where they are to begin; a tab that follows is told itself. */
  begin(state: StreamState, epoch: string | null): void {
    if (this.follows) return;
    if (state.replaced || this.era === null) this.era = this.#of.environment.newId();
    this.tabs?.post({ kind: "state", era: this.era, epoch, state });
  }

  passOn(event: CurawayEvent, name: StreamEventName, epoch: string | null): void {
    if (this.tabs?.leads && this.era !== null) this.tabs.post({ kind: "event", era: this.era, epoch, name, event });
  }

  tell(connection: Connection, position: number | null, epoch: string | null): void {
    if (this.tabs?.leads) this.tabs.post({ kind: "lead", era: this.era, position, epoch, connection });
  }

  async #subjectOfToken(signal: AbortSignal): Promise<string | null> {
    const { environment, credentials } = this.#of;
    return subjectOf(await within(environment, ANSWER_MS, signal, () => credentials.getToken({ refresh: false })));
  }
}
