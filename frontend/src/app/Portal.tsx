import { QueryClientProvider } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { createApi } from "../api/client";
import { StreamProvider } from "../hooks/StreamProvider";
import { UploadsProvider } from "../patients/documents/UploadsProvider";
import type { StreamCredentials } from "../stream/types";
import { NoticesProvider } from "./NoticesProvider";
import { createQueryClient } from "./queries";
import { Screen } from "./Screen";
import { SessionContext } from "./session";

interface PortalProps {
  readonly patientId: string;
  readonly credentials: StreamCredentials;
  onSignOut(): void;
}

/** One patient's screen with all it needs; another patient gets another one, with nothing of the first in it. */
export function Portal({ patientId, credentials, onSignOut }: PortalProps) {
  const [client] = useState(createQueryClient);
  const session = useMemo(
    () => ({ patientId, credentials, api: createApi(credentials), signOut: onSignOut }),
    [patientId, credentials, onSignOut],
  );
  return (
    <QueryClientProvider client={client}>
      <SessionContext value={session}>
        <StreamProvider credentials={credentials}>
          <NoticesProvider>
            <UploadsProvider>
              <Screen />
            </UploadsProvider>
          </NoticesProvider>
        </StreamProvider>
      </SessionContext>
    </QueryClientProvider>
  );
}
