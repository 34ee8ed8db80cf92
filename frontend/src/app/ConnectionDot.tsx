import type { EventStream } from "../hooks/useEventStream";
import { useLanguage } from "../i18n/Language";
import type { StreamStatus } from "../stream/types";

const COLOURS: Readonly<Record<StreamStatus, "green" | "amber" | "red">> = {
  connected: "green",
  connecting: "amber",
  reconnecting: "amber",
  polling: "amber",
  disconnected: "red",
};

/** Whether what is shown is live, by colour and in words; pressing it tries again. */
export function ConnectionDot({ status, reconnect }: Pick<EventStream, "status" | "reconnect">) {
  const { t } = useLanguage();
  const text = t.connection[status];
  const isLost = status === "disconnected";
  return (
    <div className="connection">
      <button
        type="button"
        className="connection-button"
        data-colour={COLOURS[status]}
        data-status={status}
        aria-label={`${t.connection.label}: ${text}${status === "connected" ? "" : `. ${t.connection.retry}`}`}
        onClick={() => {
          if (status !== "connected") reconnect();
        }}
      >
        <span className="connection-dot" aria-hidden="true" />
        <span className="connection-text" aria-hidden="true">
          {text}
        </span>
      </button>
      <span className="visually-hidden" role="status">
        {isLost ? t.connection.lost : ""}
      </span>
    </div>
  );
}
