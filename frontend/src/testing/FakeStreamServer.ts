import type { CurawayEvent, EventType } from "../generated/events";
import { browserEnvironment, type StreamEnvironment } from "../stream/environment";
import type { StreamCredentials } from "../stream/types";
import { type Answer, envelope, refusal } from "./answers";
import { OpenBody } from "./OpenBody";
import { connectedFrame, doneFrame, eventFrame, HEARTBEAT } from "./wire";

/** A request that was made. */
export interface Asked {
  readonly url: URL;
  readonly headers: Headers;
}

export type PayloadOf<Type extends EventType> = Extract<CurawayEvent, { event_type: Type }>["payload"];

/**
 * One patient's events behind a `fetch`: speaks the real wire format, keeps a log to resume from, and breaks on
 * request.
 */
export class FakeStreamServer {
  readonly patientId: string;
  /** What the record is said to be: the `state` of streams, the `summary` of `/summary`. */
  summary: unknown = {};
  /** False: the flag is off; streams are refused as `disabled`. */
  streaming = true;
  heartbeatSeconds = 15;
  /** Every event from position 1. */
  log: CurawayEvent[] = [];
  /** Which life of the log this is. */
  epoch = "epoch-1";
  /** Every request, oldest first. */
  readonly requests: Asked[] = [];
  /** Tokens to hand out, oldest first; the last one is handed out again and again. */
  tokens = ["token-1"];
  #open: OpenBody[] = [];
  #streamAnswers: Answer[] = [];
  #answers: Answer[] = [];
  #waiting: (() => void)[] = [];

  constructor({ patientId = "patient-1" }: { patientId?: string } = {}) {
    this.patientId = patientId;
  }

  /** Somebody who is signed in here. */
  readonly credentials: StreamCredentials = {
    tenantId: "tenant-1",
    subject: "user-1",
    getToken: async ({ refresh }) => {
      if (refresh && this.tokens.length > 1) this.tokens.shift();
      return this.tokens[0] ?? "";
    },
  };

  /** A page of its own, without other tabs: for `<StreamProvider environment>`. Made once. */
  readonly environment: StreamEnvironment = {
    ...browserEnvironment(),
    fetch: (url, init) => this.fetch(url, init),
    locks: null,
    openChannel: null,
  };

  get position(): number {
    return this.log.length;
  }

  /** Streams that are open now. */
  get openStreams(): number {
    return this.#live().length;
  }

  /** Requests for a stream, oldest first. */
  get attempts(): readonly Asked[] {
    return this.requests.filter(({ url }) => url.pathname.endsWith("/events/stream"));
  }

  /** Record an event and send it to the open streams. */
  emit<Type extends EventType>(type: Type, payload: PayloadOf<Type>): CurawayEvent {
    const event = this.record(type, payload);
    this.write(eventFrame(event));
    return event;
  }

  /** Record an event whose frame gets lost on the way. */
  record<Type extends EventType>(type: Type, payload: PayloadOf<Type>): CurawayEvent {
    const position = this.position + 1;
    const event = {
      position,
      event_id: `00000000-0000-0000-0000-${String(position).padStart(12, "0")}`,
      event_type: type,
      occurred_at: "2026-01-02T03:04:05.678901Z",
      correlation_id: `corr-${position}`,
      payload,
    } as unknown as CurawayEvent;
    this.log.push(event);
    this.#waiting.splice(0).forEach((wake) => wake());
    return event;
  }

  /** Send anything to the open streams. */
  write(piece: string | Uint8Array): void {
    for (const body of this.#live()) body.write(piece);
  }

  heartbeat(): void {
    this.write(HEARTBEAT);
  }

  /** End the open streams politely. */
  done(reason: string, { reconnect, retryMs = 0 }: { reconnect: boolean; retryMs?: number }): void {
    this.write(doneFrame({ reason, position: this.position, reconnect, retryMs }));
    this.cut();
  }

  /** End the open streams without a word. */
  cut(): void {
    for (const body of this.#live()) body.close();
  }

  /** Break the open streams' connections: reading them fails. */
  break(): void {
    for (const body of this.#live()) body.fail();
  }

  /** Answer the next requests for a stream like this, one each. */
  answerStreams(...answers: Answer[]): void {
    this.#streamAnswers.push(...answers);
  }

  /** Answer the next other requests (`/events`, `/summary`) like this, one each. */
  answerReads(...answers: Answer[]): void {
    this.#answers.push(...answers);
  }

  /** A restored backup: another log, which ends here. */
  restore(position: number): void {
    this.log = this.log.slice(0, position);
    this.epoch = `${this.epoch}-restored`;
  }

  async fetch(input: string, init: RequestInit): Promise<Response> {
    init.signal?.throwIfAborted();
    const url = new URL(input, "http://fake");
    this.requests.push({ url, headers: new Headers(init.headers) });
    const isStream = url.pathname.endsWith("/events/stream");
    const scripted = (isStream ? this.#streamAnswers : this.#answers).shift();
    if (scripted) return scripted(input, init);
    if (isStream) return this.#stream(url, init);
    if (url.pathname.endsWith("/summary")) return envelope(this.#summary());
    return this.#page(url, init);
  }

  #summary() {
    return { position: this.position, epoch: this.epoch, summary: this.summary };
  }

  /** Does the client know another log than this one? */
  #isStranger(url: URL): boolean {
    return ![null, this.epoch].includes(url.searchParams.get("epoch"));
  }

  #live(): OpenBody[] {
    return (this.#open = this.#open.filter((body) => body.isOpen));
  }

  #stream(url: URL, init: RequestInit): Promise<Response> {
    if (!this.streaming) return refusal(503, { reason: "disabled", retryAfter: "30" })(url.href, init);
    const asked = new Headers(init.headers).get("Last-Event-ID");
    const resumed = asked !== null && Number(asked) <= this.position && !this.#isStranger(url);
    const position = resumed ? Number(asked) : this.position;
    const body = new OpenBody(init.signal ?? null);
    body.write(
      connectedFrame({
        patientId: this.patientId,
        position,
        head: this.position,
        resumed,
        ...(asked === null || resumed ? {} : { reset: "ahead" }),
        epoch: this.epoch,
        heartbeatSeconds: this.heartbeatSeconds,
        state: this.summary,
      }),
    );
    for (const event of this.log.slice(position)) body.write(eventFrame(event));
    this.#open.push(body);
    return body.answer();
  }

  async #page(url: URL, init: RequestInit): Promise<Response> {
    if (this.#isStranger(url))
      return envelope({ events: [], position: this.position, has_more: false, reset: "ahead" });
    const after = Math.min(Number(url.searchParams.get("after")), this.position);
    const limit = Number(url.searchParams.get("limit") ?? 100);
    if (this.position <= after) await this.#grown(Number(url.searchParams.get("wait") ?? 0), init.signal ?? null);
    const events = this.log.slice(after, after + limit);
    const position = events.at(-1)?.position ?? after;
    return envelope({ events, position, has_more: this.position > position });
  }

  async #grown(seconds: number, signal: AbortSignal | null): Promise<void> {
    if (seconds <= 0) return;
    await new Promise<void>((resolve, reject) => {
      this.#waiting.push(resolve);
      setTimeout(resolve, 1000 * seconds);
      signal?.addEventListener("abort", () => reject(signal.reason));
    });
  }
}
