import { useEffect, useState } from "react";

const SECOND_MS = 1000;

/** Seconds left until a moment (epoch, milliseconds); 0 when it has passed or there is none. */
export function useCountdown(until: number | null): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (until === null) return;
    const look = () => setNow(Date.now());
    const timer = setInterval(look, SECOND_MS);
    // At once as well, for the clock has gone on since the last countdown.
    const first = setTimeout(look);
    return () => {
      clearInterval(timer);
      clearTimeout(first);
    };
  }, [until]);
  return until === null ? 0 : Math.max(0, Math.ceil((until - now) / SECOND_MS));
}
