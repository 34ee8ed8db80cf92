import { useCallback, useSyncExternalStore } from "react";

export const VIEWS = ["chat", "record", "documents", "match", "consent"] as const;
export type View = (typeof VIEWS)[number];

/** What stands in the left panel; the other views take the middle. */
export type PanelView = "record" | "documents";
export type MainView = Exclude<View, PanelView>;

interface Views {
  /** The one zone that is shown where there is room for one only. */
  readonly view: View;
  readonly panel: PanelView;
  readonly main: MainView;
  show(view: View): void;
}

const isPanel = (view: View): view is PanelView => view === "record" || view === "documents";

/** Which zones are shown; kept in the address, so that the browser's back button works. */
export function useViews(): Views {
  const hash = useSyncExternalStore(subscribe, () => window.location.hash);
  const show = useCallback((view: View) => {
    const { panel, main } = placesIn(window.location.hash);
    window.location.hash = isPanel(view) ? `/${view}/${main}` : `/${view}/${panel}`;
  }, []);
  return { ...placesIn(hash), show };
}

/** `#/record/match`: the record is looked at, and the hospitals stand beside it where there is room. */
function placesIn(hash: string): Omit<Views, "show"> {
  const [view = "chat", other] = hash.slice(2).split("/").filter(isView);
  if (isPanel(view)) return { view, panel: view, main: other && !isPanel(other) ? other : "chat" };
  return { view, main: view, panel: other && isPanel(other) ? other : "record" };
}

function isView(name: string): name is View {
  return (VIEWS as readonly string[]).includes(name);
}

function subscribe(onChange: () => void): () => void {
  window.addEventListener("hashchange", onChange);
  return () => window.removeEventListener("hashchange", onChange);
}
