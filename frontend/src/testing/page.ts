import { vi } from "vitest";
import type { StreamEnvironment } from "../stream/environment";
import { StreamStore, type StreamStoreOptions, type SubscribeOptions } from "../stream/store";
import type { StreamSnapshot } from "../stream/types";
import type { FakeStreamServer } from "./FakeStreamServer";
import { Listener } from "./Listener";

/** A page of the engine's own tests, listening to the server's patient. Needs vitest's fake timers. */
export class Page {
  readonly listener = new Listener();
  readonly store: StreamStore;
  readonly leave: () => void;
  readonly #server: FakeStreamServer;

  constructor(
    server: FakeStreamServer,
    {
      environment = {},
      ...options
    }: Partial<Omit<StreamStoreOptions, "environment">> &
      SubscribeOptions & { environment?: Partial<StreamEnvironment> } = {},
  ) {
    this.#server = server;
    this.store = new StreamStore({
      credentials: server.credentials,
      // Every pause is half of what it may be at most.
      environment: { ...server.environment, random: () => 0.5, ...environment },
      ...options,
    });
    this.leave = this.store.subscribe(server.patientId, this.listener, options);
  }

  get snapshot(): StreamSnapshot {
    return this.store.snapshot(this.#server.patientId);
  }

  reconnect(): void {
    this.store.reconnect(this.#server.patientId);
  }
}

/** Let so much time pass, and everything happen that is due by then. */
export async function pass(ms = 0): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
  // Streams hand chunks on over several turns of the event loop's microtasks.
  for (let turn = 0; turn < 10; turn += 1) await vi.advanceTimersByTimeAsync(0);
}

/** The smallest event there is, for tests that only count. */
export const PROGRESS = { progress: 0.5, previous: 0.25, categories: {} } as const;

/** Numbers from `first` to `last`. */
export function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}
