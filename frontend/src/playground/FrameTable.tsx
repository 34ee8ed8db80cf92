import { useState } from "react";
import type { WireFrame } from "./wire";

const SHOWN = 200;

/** The frames as they arrive, the newest first. */
export function FrameTable({ frames }: { readonly frames: readonly WireFrame[] }) {
  const [filter, setFilter] = useState("");
  const wanted = filter.trim().toLowerCase();
  const matching = frames.filter(({ name, id, data }) => `${name} ${id} ${data}`.toLowerCase().includes(wanted));
  const shown = matching.slice(-SHOWN).reverse();
  return (
    <section aria-label="Frames">
      <label className="filter">
        Filter by name, id or payload
        <input type="search" value={filter} onChange={(event) => setFilter(event.target.value)} />
      </label>
      <table>
        <caption>
          {matching.length} of {frames.length} frames
        </caption>
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col">Event</th>
            <th scope="col">Id</th>
            <th scope="col">Data</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((frame) => (
            <tr key={frame.number}>
              <td>{new Date(frame.at).toISOString().slice(11, 23)}</td>
              <td>{frame.name}</td>
              <td>{frame.id}</td>
              <td>
                <details>
                  <summary>{summaryOf(frame)}</summary>
                  <pre>{indented(frame.data)}</pre>
                </details>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** What says most about a frame on one line. */
function summaryOf({ data }: WireFrame): string {
  const fields = parsed(data);
  const said = fields?.["event_type"] ?? fields?.["reason"];
  return typeof said === "string" ? said : `${data.length} characters`;
}

function indented(data: string): string {
  const fields = parsed(data);
  return fields === null ? data : JSON.stringify(fields, null, 2);
}

function parsed(data: string): Record<string, unknown> | null {
  try {
    return JSON.parse(data) as Record<string, unknown>;
  } catch {
    return null;
  }
}
