import { vi } from "vitest";
import type { MatchRecord, MessageRecord } from "../../api/types";
import type { Summary } from "../../patients/record/summary";
import { FakeStreamServer } from "../../testing";
import { type Answer, envelope } from "../../testing/answers";
import { consents, PATIENT, summary } from "./people";

/** A request that was made. */
export interface Request {
  readonly method: string;
  readonly path: string;
  readonly headers: Headers;
  readonly body: unknown;
}

/** The server behind the whole page: the stream of `FakeStreamServer`, and the routes beside it. */
export class FakeServer {
  readonly stream = new FakeStreamServer({ patientId: PATIENT });
  readonly requests: Request[] = [];
  messages: MessageRecord[] = [];
  matches: MatchRecord[] = [];
  consents = consents();
  readonly #scripted = new Map<string, Answer[]>();

  constructor(told: Partial<Summary> = {}) {
    this.summary = summary(told);
  }

  get summary(): Summary {
    return this.stream.summary as Summary;
  }

  set summary(said: Summary) {
    this.stream.summary = said;
  }

  /** Take the place of the network. */
  install(): this {
    vi.stubGlobal("fetch", (url: string, init: RequestInit = {}) => this.#answer(url, init));
    return this;
  }

  /** Answer the next requests to `POST /consent` and the like as told, one each. */
  answer(route: string, ...answers: Answer[]): void {
    this.#scripted.set(route, [...(this.#scripted.get(route) ?? []), ...answers]);
  }

  asked(route: string): Request[] {
    return this.requests.filter(({ method, path }) => `${method} ${path}`.startsWith(route));
  }

  async #answer(url: string, init: RequestInit): Promise<Response> {
    const path = url.replace(/^.*\/api\/v1/, "").replace(`/patients/${PATIENT}`, "");
    const method = init.method ?? "GET";
    const body: unknown = typeof init.body === "string" ? JSON.parse(init.body) : undefined;
    this.requests.push({ method, path, headers: new Headers(init.headers), body });
    const scripted = this.#scripted.get(`${method} ${path}`)?.shift();
    if (scripted) return scripted(url, init);
    const known = this.#known(method, path, body);
    return known === undefined ? this.stream.fetch(url, init) : envelope(known);
  }

  #known(method: string, path: string, body: unknown): unknown {
    switch (`${method} ${path}`) {
      case "GET /messages":
        return this.messages;
      case "GET /matches":
        return this.matches;
      case "GET /consent":
        return this.consents;
      case "POST /consent":
        return { id: "1", created_at: "2026-01-02T05:00:00Z", ...(body as object) };
      case "POST /match":
        return this.matches[0];
      default:
        return undefined;
    }
  }
}

/** What the agent answers to a message. */
export function answered(messageId: string, content: string): Answer {
  return async () =>
    envelope({
      message_id: messageId,
      role: "agent",
      agent_name: "intake",
      content,
      content_type: "text",
      suggested_actions: [],
      metadata: { intake_progress: 0.5, documents_processing: 0 },
    });
}
