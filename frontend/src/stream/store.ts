import { browserEnvironment, type StreamEnvironment } from "./environment";
import { Latecomer } from "./latecomer";
import { UNTRIED } from "./reception";
import { Session } from "./session";
import type { StreamCredentials, StreamListener, StreamSnapshot } from "./types";

export interface StreamStoreOptions {
  readonly credentials: StreamCredentials;
  /** Where the API is; "" (the default) for the page's own server. */
  readonly baseUrl?: string;
  readonly environment?: StreamEnvironment;
  /** How long a connection stays open after its last listener has left. */
  readonly lingerMs?: number;
}

export interface SubscribeOptions {
  /** Keep an idle stream open. */
  readonly follow?: boolean;
  /** Also a listener that comes when the stream is under way is told a state first, read anew for it. */
  readonly lateState?: boolean;
}

const LINGER_MS = 3000;

/** Connections of one signed-in person: one per patient, however many listen. */
export class StreamStore {
  readonly #options: StreamStoreOptions;
  readonly #environment: StreamEnvironment;
  readonly #shared = new Map<string, Shared>();
  #holders = 0;

  constructor(options: StreamStoreOptions) {
    this.#options = options;
    this.#environment = options.environment ?? browserEnvironment();
  }

  /** Hear a patient's events until the returned function is called. */
  subscribe(patientId: string, listener: StreamListener, options: SubscribeOptions = {}): () => void {
    const shared = this.#open(patientId);
    const leave = shared.add(listener, options);
    return () => {
      leave();
      this.#lingerThenClose(patientId, shared);
    };
  }

  /** How the patient's connection is; the same object until it changes. */
  snapshot(patientId: string): StreamSnapshot {
    return this.#shared.get(patientId)?.session.reception.snapshot ?? UNTRIED;
  }

  reconnect(patientId: string): void {
    this.#shared.get(patientId)?.session.reconnect();
  }

  /** Keep the store until the returned function is called; soon after the last such call all connections end. */
  hold(): () => void {
    this.#holders += 1;
    return () => {
      this.#holders -= 1;
      // Not at once: who mounts twice, as React does to find mistakes, holds it again in the same moment.
      this.#environment.setTimeout(() => {
        if (this.#holders === 0) this.close();
      }, 0);
    };
  }

  /** End all connections. */
  close(): void {
    for (const { session, lingering } of this.#shared.values()) {
      this.#environment.clearTimeout(lingering);
      session.stop();
    }
    this.#shared.clear();
  }

  #open(patientId: string): Shared {
    const open = this.#shared.get(patientId);
    if (open) return open;
    const { credentials, baseUrl = "" } = this.#options;
    const shared = new Shared({ environment: this.#environment, credentials, baseUrl, patientId });
    this.#shared.set(patientId, shared);
    return shared;
  }

  /** A page that is changed, or mounted twice, must not connect again. */
  #lingerThenClose(patientId: string, shared: Shared): void {
    if (this.#shared.get(patientId) !== shared) return;
    this.#environment.clearTimeout(shared.lingering);
    shared.lingering = this.#environment.setTimeout(() => {
      if (shared.size > 0) return;
      this.#shared.delete(patientId);
      shared.session.stop();
    }, this.#options.lingerMs ?? LINGER_MS);
  }
}

/** A session and those in this page who listen to it. */
class Shared {
  readonly session: Session;
  lingering: unknown;
  readonly #following = new Set<StreamListener>();

  constructor(of: ConstructorParameters<typeof Session>[0]) {
    this.session = new Session(of, () => this.#following.size > 0);
  }

  get size(): number {
    return this.session.reception.listeners.size;
  }

  add(listener: StreamListener, { follow = true, lateState = false }: SubscribeOptions): () => void {
    const { reception } = this.session;
    const latecomer =
      lateState && reception.cursor.position !== null ? new Latecomer(listener, stateSource(reception)) : null;
    // A wrapper, so that the same listener may be added twice.
    const heard = latecomer ?? wrapped(listener);
    reception.listeners.add(heard);
    if (follow) this.#following.add(heard);
    this.session.start();
    if (follow && reception.snapshot.status === "disconnected" && reception.snapshot.failure === null) {
      this.session.resume();
    }
    return () => {
      latecomer?.leave();
      this.#following.delete(heard);
      reception.listeners.remove(heard);
    };
  }
}

function wrapped(listener: StreamListener): StreamListener {
  return {
    onEvent: (event, name) => listener.onEvent?.(event, name),
    onState: (state) => listener.onState?.(state),
    onChange: (snapshot) => listener.onChange?.(snapshot),
  };
}

function stateSource({ environment, requests }: Session["reception"]) {
  return { environment, readSummary: (signal: AbortSignal) => requests.readSummary(signal) };
}
