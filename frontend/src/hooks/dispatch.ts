import type { CurawayEvent, StreamEventName, StreamEvents } from "../generated/events";
import type { EventHandlers } from "../stream/types";

/** Which handler hears which name. */
const HANDLERS = {
  document_update: "onDocumentUpdate",
  ehr_update: "onEHRUpdate",
  intake_progress: "onIntakeProgress",
  match_progress: "onMatchProgress",
  agent_response: "onAgentResponse",
} as const satisfies Record<StreamEventName, keyof EventHandlers>;

/** Call the event's own handler, then the one for all of them. */
export function dispatch(handlers: EventHandlers, event: CurawayEvent, name: StreamEventName): void {
  try {
    if (Object.hasOwn(HANDLERS, name)) {
      // The name decides the payload: the registry that both are derived from says so, which the compiler can't follow.
      const handle = handlers[HANDLERS[name]] as ((event: StreamEvents[StreamEventName]) => void) | undefined;
      handle?.(event);
    }
  } finally {
    // Also when the first has thrown: the error goes on to whoever watches for errors.
    handlers.onEvent?.(event, name);
  }
}
