import type { EventStream } from "../hooks/useEventStream";
import type { Heard } from "./heard";
import type { WireSnapshot } from "./wire";

interface FactsProps {
  readonly stream: EventStream;
  readonly seen: WireSnapshot;
  readonly events: Heard;
}

/** The connection in figures. */
export function Facts({ stream, seen, events }: FactsProps) {
  const facts: readonly (readonly [string, string])[] = [
    ["Position", stream.position === null ? "none yet" : String(stream.position)],
    ["Events heard", spanned(events)],
    ["Missing or doubled", events.faults.length === 0 ? "none" : events.faults.join("; ")],
    ["Repaired from /events", String(stream.repaired)],
    ["Resets", String(events.resets)],
    ["Reconnects", String(stream.reconnects)],
    ["Failed in a row", String(stream.attempts)],
    ["Last done", stream.ended ?? "none yet"],
    ["Streams opened by this tab", String(seen.opened)],
    ["Bytes, heartbeats", `${seen.bytes}, ${seen.heartbeats}`],
  ];
  return (
    <section aria-label="Connection">
      <p role="status" className="status" data-status={stream.status}>
        {stream.status}
        {stream.failure !== null && ` (${stream.failure})`}
      </p>
      <dl>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function spanned({ events, first, last }: Heard): string {
  return events === 0 ? "0" : `${events} (${first} to ${last})`;
}
