import { type RefObject, useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

/** Nearer to the end than this counts as being there. */
const NEAR_PX = 120;

interface FollowedEnd {
  readonly box: RefObject<HTMLDivElement | null>;
  /** Whether something new is out of sight below. */
  readonly isAway: boolean;
  toEnd(): void;
}

/** Keeps a scrolling box at its end while it grows, unless the reader has gone back up. */
export function useFollowedEnd(grows: unknown): FollowedEnd {
  const box = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const [isAway, setAway] = useState(false);

  const toEnd = useCallback(() => {
    if (box.current) box.current.scrollTop = box.current.scrollHeight;
    isAtEnd.current = true;
    setAway(false);
  }, []);

  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const look = () => {
      isAtEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_PX;
      if (isAtEnd.current) setAway(false);
    };
    element.addEventListener("scroll", look, { passive: true });
    // A phone's keyboard takes half of the box: the last message stays in sight.
    const resized = new ResizeObserver(() => {
      if (isAtEnd.current) toEnd();
    });
    resized.observe(element);
    return () => {
      element.removeEventListener("scroll", look);
      resized.disconnect();
    };
  }, [toEnd]);

  useLayoutEffect(() => {
    if (isAtEnd.current) toEnd();
    else setAway(true);
  }, [grows, toEnd]);

  return { box, isAway, toEnd };
}
