import { useCallback, useInsertionEffect, useMemo, useRef, useSyncExternalStore } from "react";
import { UNTRIED } from "../stream/reception";
import type { EventHandlers, StreamSnapshot } from "../stream/types";
import { dispatch } from "./dispatch";
import { useStreamStore } from "./streamContext";

/** What a component may say about its connection; everything has a default. */
export interface EventStreamOptions {
  /** False: no connection is held for this component (for example before sign-in). */
  readonly enabled?: boolean;
  /** Keep an idle stream open (`follow=true`); default true. */
  readonly follow?: boolean;
}

/** The connection as a component sees it. */
export interface EventStream extends StreamSnapshot {
  /** Try again now, also after `disconnected`. */
  reconnect(): void;
}

const DISABLED: StreamSnapshot = { ...UNTRIED, status: "disconnected" };
const NO_HANDLERS: EventHandlers = {};

/**
 * Follow a patient's events for as long as the component is mounted.
 *
 * Any number of components and tabs share one connection per patient. Handlers may change on every render.
 * Needs a `<StreamProvider credentials={…}>` above it.
 */
export function useEventStream(
  patientId: string,
  handlers: EventHandlers = NO_HANDLERS,
  { enabled = true, follow = true }: EventStreamOptions = {},
): EventStream {
  const store = useStreamStore();
  const latest = useRef({ patientId, handlers });
  useInsertionEffect(() => {
    latest.current = { patientId, handlers };
  });
  // Reading the state for a component that came late costs a request: only for those who want it.
  const lateState = handlers.onState !== undefined;

  const subscribe = useCallback(
    (onChange: () => void) => {
      if (!enabled) return () => undefined;
      // Between the commit of another patient and the end of this subscription, the handlers are the other's.
      const own = () => (latest.current.patientId === patientId ? latest.current.handlers : NO_HANDLERS);
      return store.subscribe(
        patientId,
        {
          onChange,
          onEvent: (event, name) => dispatch(own(), event, name),
          onState: (state) => own().onState?.(state),
        },
        { follow, lateState },
      );
    },
    [store, patientId, enabled, follow, lateState],
  );
  const read = useCallback(() => (enabled ? store.snapshot(patientId) : DISABLED), [store, patientId, enabled]);
  const snapshot = useSyncExternalStore(subscribe, read, read);
  const reconnect = useCallback(() => store.reconnect(patientId), [store, patientId]);
  return useMemo(() => ({ ...snapshot, reconnect }), [snapshot, reconnect]);
}
