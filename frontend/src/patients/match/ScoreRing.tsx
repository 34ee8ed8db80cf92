const RADIUS = 15.9155; // a circumference of 100

interface ScoreRingProps {
  /** 0-1 */
  readonly share: number;
  /** What stands inside; the ring itself says nothing to a screen reader. */
  readonly text: string;
}

/** A share as a ring with its number inside. */
export function ScoreRing({ share, text }: ScoreRingProps) {
  return (
    <span className="ring">
      <svg viewBox="0 0 36 36" aria-hidden="true" focusable="false">
        <circle className="ring-track" cx="18" cy="18" r={RADIUS} />
        <circle
          className="ring-share"
          cx="18"
          cy="18"
          r={RADIUS}
          strokeDasharray={`${share * 100} 100`}
          transform="rotate(-90 18 18)"
        />
      </svg>
      <span className="ring-text">{text}</span>
    </span>
  );
}
