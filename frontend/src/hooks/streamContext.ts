import { createContext, useContext } from "react";
import type { StreamStore } from "../stream/store";

export const StreamContext = createContext<StreamStore | null>(null);

/** The connections of who is signed in; throws outside of a `<StreamProvider>`. */
export function useStreamStore(): StreamStore {
  const store = useContext(StreamContext);
  if (store === null) throw new Error("Put <StreamProvider credentials={…}> above this component.");
  return store;
}
