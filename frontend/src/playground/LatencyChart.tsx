import { EDGES_MS, histogram, quantile } from "./latency";

const BAR = { width: 44, gap: 8, height: 120 };
const LABELS = 34;

/** How long events took from being recorded to being heard here. */
export function LatencyChart({ latencies }: { readonly latencies: readonly number[] }) {
  const counts = histogram(latencies);
  const most = Math.max(1, ...counts);
  const width = counts.length * (BAR.width + BAR.gap);
  return (
    <figure>
      <figcaption>{caption(latencies)}</figcaption>
      <svg viewBox={`0 0 ${width} ${BAR.height + LABELS}`} role="img" aria-label={described(counts)}>
        {counts.map((count, place) => {
          const height = Math.round((count / most) * (BAR.height - 16));
          const left = place * (BAR.width + BAR.gap);
          return (
            <g key={edgeLabel(place)} transform={`translate(${left} 0)`}>
              <rect y={BAR.height - height} width={BAR.width} height={height} rx="3" />
              {count > 0 && (
                <text x={BAR.width / 2} y={BAR.height - height - 4} className="count">
                  {count}
                </text>
              )}
              <text x={BAR.width / 2} y={BAR.height + 18}>
                {edgeLabel(place)}
              </text>
            </g>
          );
        })}
      </svg>
    </figure>
  );
}

function edgeLabel(place: number): string {
  const edge = EDGES_MS[place];
  return edge === undefined ? `> ${EDGES_MS.at(-1)}` : `≤ ${edge}`;
}

function caption(latencies: readonly number[]): string {
  const [half, most] = [quantile(latencies, 0.5), quantile(latencies, 0.95)];
  return half === null ? "Latency in ms: no event yet" : `Latency in ms: half within ${half}, 95 % within ${most}`;
}

function described(counts: readonly number[]): string {
  const parts = counts.map((count, place) => `${edgeLabel(place)} ms: ${count}`);
  return `Events by latency. ${parts.join(", ")}`;
}
