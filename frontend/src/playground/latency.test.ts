import { describe, expect, it } from "vitest";
import { EDGES_MS, histogram, quantile } from "./latency";

describe("the histogram of latencies", () => {
  it("counts each latency once, at its upper edge in the lower bar", () => {
    expect(histogram([1, 5, 5.1, 20, 3000, 3001])).toEqual([2, 1, 1, 0, 0, 0, 0, 0, 1, 1]);
  });

  it("is empty without events", () => {
    expect(histogram([])).toEqual(new Array(EDGES_MS.length + 1).fill(0));
  });

  it("puts an event of a clock that goes ahead into the first bar", () => {
    expect(histogram([-3])[0]).toBe(1);
  });
});

describe("a quantile", () => {
  it("is a latency that was measured", () => {
    expect(quantile([40, 10, 30, 20], 0.5)).toBe(20);
    expect(quantile([40, 10, 30, 20], 0.95)).toBe(40);
    expect(quantile([7], 0.5)).toBe(7);
  });

  it("is nothing without any", () => {
    expect(quantile([], 0.5)).toBeNull();
  });
});
