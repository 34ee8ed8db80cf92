import { QueryClientProvider, useQuery } from "@tanstack/react-query";
import { lazy, Suspense, useState } from "react";
import { asApiError } from "../api/errors";
import { keys } from "../api/keys";
import { fetchConfig } from "../api/portal";
import { useLanguage } from "../i18n/Language";
import { ErrorBoundary } from "./ErrorBoundary";
import { FullPageProblem } from "./FullPageProblem";
import { LocalGate } from "./LocalGate";
import { createQueryClient } from "./queries";

/** Only for those who sign in with it: Clerk is as large as everything else together. */
const ClerkGate = lazy(() => import("./ClerkGate"));

export function App() {
  const [client] = useState(createQueryClient);
  return (
    <ErrorBoundary>
      <QueryClientProvider client={client}>
        <Gate />
      </QueryClientProvider>
    </ErrorBoundary>
  );
}

/** The way in, as the server says it is here. */
function Gate() {
  const { t } = useLanguage();
  const {
    data: config,
    error,
    refetch,
  } = useQuery({
    queryKey: keys.config,
    queryFn: fetchConfig,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const loading = <p className="gate gate-loading">{t.app.loading}</p>;
  if (config?.sign_in === "clerk") {
    return (
      <Suspense fallback={loading}>
        <ClerkGate config={config} />
      </Suspense>
    );
  }
  if (config) return <LocalGate config={config} />;
  if (!error) return loading;
  return (
    <FullPageProblem problem="broken" correlationId={asApiError(error).correlationId}>
      <button type="button" className="button" onClick={() => void refetch()}>
        {t.app.retry}
      </button>
    </FullPageProblem>
  );
}
