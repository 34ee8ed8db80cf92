import { type ReactNode, useEffect, useInsertionEffect, useMemo } from "react";
import type { StreamEnvironment } from "../stream/environment";
import { StreamStore } from "../stream/store";
import type { StreamCredentials } from "../stream/types";
import { StreamContext } from "./streamContext";

export interface StreamProviderProps {
  readonly credentials: StreamCredentials;
  /** Where the API is; "" (the default) for the page's own server. */
  readonly baseUrl?: string;
  /** What the engine takes from the world; for tests. Keep it the same between renders. */
  readonly environment?: StreamEnvironment;
  readonly children: ReactNode;
}

/**
 * Gives the components below it the streams of one signed-in person.
 *
 * `credentials` may be a new object on every render; another tenant, subject or server ends all connections and
 * begins anew.
 */
export function StreamProvider({ credentials, baseUrl = "", environment, children }: StreamProviderProps) {
  const { tenantId, subject } = credentials;
  const signedIn = useMemo(
    () => new SignedIn(tenantId, subject, baseUrl, environment),
    [tenantId, subject, baseUrl, environment],
  );
  useInsertionEffect(() => signedIn.update(credentials));
  useEffect(() => signedIn.store.hold(), [signedIn]);
  return <StreamContext value={signedIn.store}>{children}</StreamContext>;
}

/** The store of one person, and the newest way to get their token. */
class SignedIn {
  readonly store: StreamStore;
  #getToken: StreamCredentials["getToken"] = () => Promise.reject(new Error("not mounted"));

  constructor(
    tenantId: string,
    subject: string | undefined,
    baseUrl: string,
    environment: StreamEnvironment | undefined,
  ) {
    this.store = new StreamStore({
      credentials: {
        tenantId,
        ...(subject === undefined ? {} : { subject }),
        getToken: (options) => this.#getToken(options),
      },
      baseUrl,
      ...(environment === undefined ? {} : { environment }),
    });
  }

  update(credentials: StreamCredentials): void {
    this.#getToken = (options) => credentials.getToken(options);
  }
}
