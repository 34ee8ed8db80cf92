import type { StreamEnvironment } from "./environment";
import { Garbled } from "./faults";
import { isEventStream } from "./frames";
import { type Page, pageIn, type Summary, summaryIn } from "./messages";
import { discard, refusalOf } from "./refusal";
import { abortable } from "./time";
import type { StreamCredentials } from "./types";

/** Whose requests these are, and about whom. */
export interface RequestsOptions {
  readonly environment: StreamEnvironment;
  readonly credentials: StreamCredentials;
  readonly baseUrl: string;
  readonly patientId: string;
  /** Sees every token before it is used; throws when it may not be. */
  checkToken(token: string): void;
}

const PAGE = 500;
const UNAUTHORIZED = 401;

/** The three questions a stream asks. All throw `Refused` and `Garbled`, and what `fetch` throws. */
export class Requests {
  /** The life of the log that positions were heard in: sent with them, so that a restored log is told from it. */
  epoch: string | null = null;
  readonly #options: RequestsOptions;
  readonly #patientUrl: string;

  constructor(options: RequestsOptions) {
    this.#options = options;
    const base = options.baseUrl.replace(/\/+$/, "");
    this.#patientUrl = `${base}/api/v1/patients/${encodeURIComponent(options.patientId)}`;
  }

  /** The open body of a stream that goes on after `position`; `follow` keeps it open when nothing happens. */
  async openStream(
    position: number | null,
    { follow }: { follow: boolean },
    signal: AbortSignal,
  ): Promise<ReadableStream<Uint8Array>> {
    const query = [...(follow ? ["follow=true"] : []), ...(position === null ? [] : this.#heardIn())].join("&");
    const response = await this.#get(`/events/stream${query && `?${query}`}`, signal, {
      Accept: "text/event-stream",
      ...(position === null ? {} : { "Last-Event-ID": String(position) }),
    });
    if (!isEventStream(response.headers.get("Content-Type")) || response.body === null) {
      discard(response);
      throw new Garbled("not an event stream");
    }
    return response.body;
  }

  /** A page of events after `position`; waits up to `wait` seconds for the first. */
  async readEvents(position: number, { wait }: { wait: number }, signal: AbortSignal): Promise<Page> {
    const query = [`after=${position}`, wait > 0 ? `wait=${wait}` : `limit=${PAGE}`, ...this.#heardIn()].join("&");
    return pageIn(await this.#data(`/events?${query}`, signal));
  }

  async readSummary(signal: AbortSignal): Promise<Summary> {
    return summaryIn(await this.#data("/summary", signal));
  }

  #heardIn(): string[] {
    return this.epoch === null ? [] : [`epoch=${encodeURIComponent(this.epoch)}`];
  }

  async #data(path: string, signal: AbortSignal): Promise<unknown> {
    const response = await this.#get(path, signal, { Accept: "application/json" });
    const text = await abortable(response.text(), signal);
    try {
      return (JSON.parse(text) as { data?: unknown }).data;
    } catch {
      throw new Garbled("not JSON");
    }
  }

  /** After a 401 the token is refreshed and sent once more. */
  async #get(path: string, signal: AbortSignal, headers: Record<string, string>): Promise<Response> {
    const first = await this.#send(path, signal, headers, { refresh: false });
    if (first.status !== UNAUTHORIZED) return accepted(first, this.#options.environment, signal);
    discard(first);
    return accepted(await this.#send(path, signal, headers, { refresh: true }), this.#options.environment, signal);
  }

  async #send(
    path: string,
    signal: AbortSignal,
    headers: Record<string, string>,
    token: { refresh: boolean },
  ): Promise<Response> {
    const { environment, credentials, checkToken } = this.#options;
    const bearer = await abortable(credentials.getToken(token), signal);
    checkToken(bearer);
    const request = environment.fetch(this.#patientUrl + path, {
      headers: {
        ...headers,
        Authorization: `Bearer ${bearer}`,
        "X-Tenant-ID": credentials.tenantId,
        "X-Correlation-ID": environment.newId(),
      },
      cache: "no-store",
      signal,
    });
    return abortable(request, signal);
  }
}

async function accepted(response: Response, environment: StreamEnvironment, signal: AbortSignal): Promise<Response> {
  if (response.status === 200) return response;
  throw await refusalOf(response, environment.now(), signal);
}
