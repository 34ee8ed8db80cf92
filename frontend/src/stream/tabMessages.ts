import type { CurawayEvent, StreamEventName } from "../generated/events";
import type { StreamSnapshot, StreamState } from "./types";

/** What the leading tab tells of its connection; the position is every tab's own. */
export type Connection = Pick<StreamSnapshot, "status" | "failure" | "attempts" | "reconnects" | "ended">;

/**
 * What tabs say to each other; nothing of it is kept anywhere.
 *
 * `era` names an unbroken run of positions: a reset begins another, and a tab that missed the reset sees by the
 * era that its position means nothing any more. Unless the log is the one it knows, by its `epoch`: a tab that was
 * frozen goes on where it was, though another has meanwhile begun anew.
 */
export type TabMessage =
  | {
      readonly kind: "ask";
      readonly follow: boolean;
      /** Try again, if the stream is not open; `now`: even if it seems to be. */
      readonly wake: "no" | "if-closed" | "now";
    }
  | {
      readonly kind: "lead";
      readonly era: string | null;
      readonly position: number | null;
      /** The log's, as the server tells it; a tab that leads later goes on with it. */
      readonly epoch: string | null;
      readonly connection: Connection;
    }
  | {
      readonly kind: "event";
      readonly era: string;
      readonly epoch: string | null;
      readonly name: StreamEventName;
      readonly event: CurawayEvent;
    }
  | { readonly kind: "state"; readonly era: string; readonly epoch: string | null; readonly state: StreamState };

export type Ask = Extract<TabMessage, { kind: "ask" }>;
export type LeaderMessage = Exclude<TabMessage, Ask>;

/** The channel of the tabs of one person that show one patient. Tabs of another version are not spoken to. */
export function channelName(parts: {
  readonly baseUrl: string;
  readonly tenantId: string;
  readonly subject: string;
  readonly patientId: string;
}): string {
  return `curaway-stream-2:${JSON.stringify([parts.baseUrl, parts.tenantId, parts.subject, parts.patientId])}`;
}
