import { useState } from "react";
import { recordTestEvent } from "./api";
import type { Wire } from "./wire";

interface ControlsProps {
  readonly patientId: string;
  readonly wire: Wire;
  readonly isOff: boolean;
  readonly onReconnect: () => void;
  readonly onClear: () => void;
}

const MANY = 10;

/** What can be done to a connection. */
export function Controls({ patientId, wire, isOff, onReconnect, onClear }: ControlsProps) {
  const [said, say] = useState("");
  const emit = (count: number) => {
    const recorded = Array.from({ length: count }, () => recordTestEvent(patientId));
    Promise.all(recorded).then(
      (samples) => say(`Recorded at ${samples.map(({ position }) => position).join(", ")}.`),
      (error: unknown) => say((error as Error).message),
    );
  };
  return (
    <section aria-label="Controls" className="controls">
      <button type="button" onClick={() => emit(1)}>
        Emit a test event
      </button>
      <button type="button" onClick={() => emit(MANY)}>
        Emit {MANY}
      </button>
      <button type="button" onClick={onReconnect}>
        Reconnect
      </button>
      <button type="button" onClick={() => wire.cut()}>
        Cut the connection
      </button>
      <label>
        <input
          type="checkbox"
          checked={isOff}
          onChange={(event) => (event.target.checked ? wire.switchOff() : wire.switchOn())}
        />
        Network off
      </label>
      <button type="button" onClick={onClear}>
        Clear
      </button>
      <p role="status">{said}</p>
    </section>
  );
}
