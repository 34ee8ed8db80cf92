import type { StreamEnvironment } from "./environment";

/** What happens to a page. */
export interface PageListener {
  /** The page is shown again after it was hidden for `hiddenMs`. */
  onVisible(hiddenMs: number): void;
  /** The network is back. */
  onOnline(): void;
  /** The page is being left; it may be kept to be shown again. */
  onLeave(): void;
  /** The page was kept, and is shown again. */
  onReturn(): void;
}

/** Tell of what happens to the page until the returned function is called. */
export function listenToPage(environment: StreamEnvironment, listener: PageListener): () => void {
  const { document, window, now } = environment;
  const listening = new AbortController();
  const { signal } = listening;
  let hiddenAt = document?.visibilityState === "hidden" ? now() : null;

  document?.addEventListener(
    "visibilitychange",
    () => {
      if (document.visibilityState === "hidden") {
        hiddenAt ??= now();
        return;
      }
      const hiddenMs = hiddenAt === null ? 0 : now() - hiddenAt;
      hiddenAt = null;
      listener.onVisible(hiddenMs);
    },
    { signal },
  );
  window?.addEventListener("online", () => listener.onOnline(), { signal });
  window?.addEventListener("pagehide", () => listener.onLeave(), { signal });
  window?.addEventListener(
    "pageshow",
    (event) => {
      if ((event as PageTransitionEvent).persisted) listener.onReturn();
    },
    { signal },
  );
  return () => listening.abort();
}
