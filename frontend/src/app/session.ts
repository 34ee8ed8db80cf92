import { createContext, use } from "react";
import type { Api } from "../api/client";
import type { StreamCredentials } from "../stream/types";

/** A signed-in person's way to one patient's record. */
export interface Session {
  readonly patientId: string;
  readonly credentials: StreamCredentials;
  readonly api: Api;
  signOut(): void;
}

export const SessionContext = createContext<Session | null>(null);

export function useSession(): Session {
  const session = use(SessionContext);
  if (session === null) throw new Error("useSession needs somebody signed in above it.");
  return session;
}
