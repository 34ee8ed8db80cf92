import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { createApi } from "../api/client";
import { asApiError } from "../api/errors";
import type { PatientRecord } from "../api/types";
import { useLanguage } from "../i18n/Language";
import type { StreamCredentials } from "../stream/types";
import { FullPageProblem } from "./FullPageProblem";
import { pageProblem } from "./pageProblem";
import { Portal } from "./Portal";
import { Register } from "./Register";

interface OwnPortalProps {
  readonly credentials: StreamCredentials;
  onSignOut(): void;
}

/** The portal of whoever has signed in; who is not a patient yet registers first. */
export function OwnPortal({ credentials, onSignOut }: OwnPortalProps) {
  const { t } = useLanguage();
  const client = useQueryClient();
  const api = useMemo(() => createApi(credentials), [credentials]);
  const queryKey = ["own", credentials.tenantId, credentials.subject];
  const { data, error, refetch } = useQuery({
    queryKey,
    queryFn: ({ signal }) => api.get<PatientRecord>("/patients/me", signal),
  });
  if (data) return <Portal patientId={data.id} credentials={credentials} onSignOut={onSignOut} />;
  if (!error) return <p className="gate gate-loading">{t.app.loading}</p>;
  const refusal = asApiError(error);
  if (refusal.code === "PATIENT_NOT_FOUND_001") {
    return <Register api={api} onRegistered={(patient) => client.setQueryData(queryKey, patient)} />;
  }
  return (
    <FullPageProblem problem={pageProblem(refusal, null) ?? "broken"} correlationId={refusal.correlationId}>
      <button type="button" className="button" onClick={() => void refetch()}>
        {t.app.retry}
      </button>
      <button type="button" className="button button-quiet" onClick={onSignOut}>
        {t.app.signOut}
      </button>
    </FullPageProblem>
  );
}
