import { useCallback, useMemo, useState } from "react";
import { asApiError } from "../api/errors";
import { fetchPersonaToken, type Persona, type PortalConfig } from "../api/portal";
import { tokenCache } from "../api/tokens";
import { Portal } from "./Portal";
import { SignIn } from "./SignIn";

/** Where no identity provider is set up: one becomes one of the invented people. */
export function LocalGate({ config }: { config: PortalConfig }) {
  const [persona, setPersona] = useState<Persona | null>(null);
  const [signingIn, setSigningIn] = useState<string | null>(null);
  const [error, setError] = useState<unknown>(null);
  const patientId = persona?.patient_id;
  const credentials = useMemo(
    () => (patientId ? credentialsOf(config.tenant_id, patientId) : null),
    [config, patientId],
  );
  const signOut = useCallback(() => {
    // What the last person looked at is not for the next one.
    window.location.hash = "";
    setPersona(null);
  }, []);

  const pick = async (chosen: Persona) => {
    setSigningIn(chosen.patient_id);
    setError(null);
    try {
      await fetchPersonaToken(chosen.patient_id);
      setPersona(chosen);
    } catch (refused) {
      setError(refused);
    } finally {
      setSigningIn(null);
    }
  };

  if (patientId && credentials) {
    return <Portal key={patientId} patientId={patientId} credentials={credentials} onSignOut={signOut} />;
  }
  return (
    <SignIn
      personas={config.personas}
      playground={config.playground}
      signingIn={signingIn}
      error={error === null ? null : asApiError(error)}
      onPick={(chosen) => void pick(chosen)}
    />
  );
}

function credentialsOf(tenantId: string, patientId: string) {
  return { tenantId, getToken: tokenCache(() => fetchPersonaToken(patientId)) };
}
