import { useReducer, useSyncExternalStore } from "react";
import { useEventStream } from "../hooks/useEventStream";
import { Controls } from "./Controls";
import { Facts } from "./Facts";
import { FrameTable } from "./FrameTable";
import { heard, NOTHING_HEARD } from "./heard";
import { LatencyChart } from "./LatencyChart";
import type { Wire } from "./wire";

/** Everything there is to see and to do about one connection. */
export function Desk({ patientId, wire }: { readonly patientId: string; readonly wire: Wire }) {
  const seen = useSyncExternalStore(wire.subscribe, wire.snapshot);
  const [events, hear] = useReducer(heard, NOTHING_HEARD);
  const stream = useEventStream(patientId, {
    onEvent: (event) => hear({ kind: "event", event, at: Date.now() }),
    onState: (state) => hear({ kind: "state", state }),
  });
  const clear = () => {
    wire.clear();
    hear({ kind: "clear" });
  };
  return (
    <main>
      <div className="columns">
        <Facts stream={stream} seen={seen} events={events} />
        <LatencyChart latencies={events.latencies} />
      </div>
      <Controls patientId={patientId} wire={wire} isOff={seen.isOff} onReconnect={stream.reconnect} onClear={clear} />
      <FrameTable frames={seen.frames} />
    </main>
  );
}
