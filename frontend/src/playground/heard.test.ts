import { describe, expect, it } from "vitest";
import type { CurawayEvent } from "../generated/events";
import { heard, type Hearing, NOTHING_HEARD } from "./heard";

const NOON = Date.parse("2026-01-01T12:00:00Z");

function event(position: number, at = NOON): Hearing {
  const fact = { position, occurred_at: "2026-01-01T12:00:00Z" } as CurawayEvent;
  return { kind: "event", event: fact, at };
}

const after = (...hearings: Hearing[]) => hearings.reduce(heard, NOTHING_HEARD);

describe("what was heard", () => {
  it("measures from the recording to here", () => {
    expect(after(event(1, NOON + 12)).latencies).toEqual([12]);
  });

  it("finds nothing wrong with dense positions, wherever they begin", () => {
    expect(after(event(7), event(8), event(9))).toMatchObject({ events: 3, first: 7, last: 9, faults: [] });
  });

  it("names what is missing and what comes twice", () => {
    expect(after(event(1), event(3), event(3)).faults).toEqual(["3 after 1", "3 after 3"]);
  });

  it("goes on from where a reset put it", () => {
    const reset: Hearing = { kind: "state", state: { position: 20, summary: {}, replaced: true } };
    expect(after(event(1), reset, event(21))).toMatchObject({ resets: 1, faults: [] });
  });

  it("keeps its place when it is cleared", () => {
    expect(after(event(1), { kind: "clear" }, event(2))).toMatchObject({ events: 1, first: 2, faults: [] });
  });
});
