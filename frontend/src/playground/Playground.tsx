import { useMemo, useState } from "react";
import { fetchPersonaToken, type PortalConfig } from "../api/portal";
import { tokenCache } from "../api/tokens";
import { StreamProvider } from "../hooks/StreamProvider";
import { browserEnvironment } from "../stream/environment";
import { Desk } from "./Desk";
import { Wire } from "./wire";

/** A stream as its bytes, its frames and its events, for one of the invented people. */
export function Playground({ config }: { readonly config: PortalConfig }) {
  const [patientId, setPatientId] = useState(config.personas[0]?.patient_id ?? null);
  if (patientId === null)
    return <p role="alert">There is nobody to sign in as: this server signs people in by Clerk.</p>;
  return (
    <>
      <header>
        <h1>Stream playground</h1>
        <label>
          Patient
          <select value={patientId} onChange={(event) => setPatientId(event.target.value)}>
            {config.personas.map((persona) => (
              <option key={persona.patient_id} value={persona.patient_id}>
                {persona.name} ({persona.patient_id})
              </option>
            ))}
          </select>
        </label>
        <a href="/">Portal</a>
      </header>
      <Connection key={patientId} patientId={patientId} tenantId={config.tenant_id} />
    </>
  );
}

function Connection({ patientId, tenantId }: { readonly patientId: string; readonly tenantId: string }) {
  const [wire] = useState(() => new Wire());
  const environment = useMemo(() => {
    const browser = browserEnvironment();
    return { ...browser, fetch: wire.around((...given) => fetch(...given)) };
  }, [wire]);
  const credentials = useMemo(
    () => ({ tenantId, getToken: tokenCache(() => fetchPersonaToken(patientId)) }),
    [tenantId, patientId],
  );
  return (
    <StreamProvider credentials={credentials} environment={environment}>
      <Desk patientId={patientId} wire={wire} />
    </StreamProvider>
  );
}
