/** Upper edges of the histogram's bars, in milliseconds; the last bar has none. */
export const EDGES_MS: readonly number[] = [5, 10, 20, 50, 100, 200, 500, 1000, 3000];

/** How many latencies fall into each bar: above the edge before, up to and with its own. */
export function histogram(latencies: readonly number[]): number[] {
  const counts = new Array<number>(EDGES_MS.length + 1).fill(0);
  for (const latency of latencies) {
    const bar = EDGES_MS.findIndex((edge) => latency <= edge);
    const place = bar === -1 ? EDGES_MS.length : bar;
    counts[place] = (counts[place] ?? 0) + 1;
  }
  return counts;
}

/** The smallest latency that at least `share` (0-1) of them do not exceed; null without any. */
export function quantile(latencies: readonly number[], share: number): number | null {
  const sorted = [...latencies].sort((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
}
