import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import type { QueryClient } from "@tanstack/react-query";
import { invalidatedBy } from "./queryInvalidations";
import { useStreamStore } from "./streamContext";

/** How long invalidations are gathered: a burst of fifty events reads each query again once. */
export const GATHER_MS = 100;

/** Read a patient's queries again when an event of the stream makes them out of date. */
export function useStreamInvalidation(patientId: string, { enabled = true }: { enabled?: boolean } = {}): void {
  const store = useStreamStore();
  const client = useQueryClient();
  useEffect(() => {
    if (!enabled) return;
    const burst = new Burst(client);
    const leave = store.subscribe(patientId, {
      onEvent: (event) => invalidatedBy(patientId, event.event_type).forEach((key) => burst.add(key)),
      onState: ({ replaced }) => {
        if (replaced) burst.add(["patients", patientId]);
      },
    });
    return () => {
      leave();
      // What was heard must not be lost with the component.
      burst.flush();
    };
  }, [store, client, patientId, enabled]);
}

/** Invalidations of a short while, each key once. */
class Burst {
  readonly #client: QueryClient;
  readonly #keys = new Map<string, readonly string[]>();
  #timer: ReturnType<typeof setTimeout> | null = null;

  constructor(client: QueryClient) {
    this.#client = client;
  }

  add(key: readonly string[]): void {
    this.#keys.set(JSON.stringify(key), key);
    // Not put off by the next event: a stream that never pauses would never be seen.
    this.#timer ??= setTimeout(() => this.flush(), GATHER_MS);
  }

  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const keys = [...this.#keys.values()];
    this.#keys.clear();
    for (const queryKey of keys) void this.#readAgain(queryKey);
  }

  /** A read under way is let finish: cancelled by every burst, a slow one never would. It may lack what was heard. */
  async #readAgain(queryKey: readonly string[]): Promise<void> {
    const isReading = this.#client.isFetching({ queryKey, type: "active" }) > 0;
    await this.#client.invalidateQueries({ queryKey }, { cancelRefetch: false });
    if (isReading) this.add(queryKey);
  }
}
