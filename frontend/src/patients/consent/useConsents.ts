import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { newId } from "../../api/ids";
import { keys } from "../../api/keys";
import type { ConsentRecord, ConsentState, Purpose } from "../../api/types";
import { useNotices } from "../../app/notices";
import { useSession } from "../../app/session";

/** The version of the privacy policy that is shown here, and agreed to. */
export const POLICY_VERSION = "2026-01";

/** What the patient allows, purpose by purpose. */
export function useConsents() {
  const { api, patientId } = useSession();
  const query = useQuery({
    queryKey: keys.consents(patientId),
    queryFn: ({ signal }) => api.get<ConsentState[]>(`/patients/${patientId}/consent`, signal),
  });
  return {
    ...query,
    /** Null before it is known. */
    isGranted: (purpose: Purpose): boolean | null =>
      query.data?.find((consent) => consent.purpose === purpose)?.granted ?? null,
  };
}

interface Decision {
  readonly purpose: Purpose;
  readonly granted: boolean;
}

/** Allows or withdraws a purpose; the switch moves when the server has kept the decision. */
export function useDecision() {
  const { api, patientId } = useSession();
  const { report } = useNotices();
  const client = useQueryClient();
  return useMutation({
    mutationFn: (decision: Decision) =>
      api.post<ConsentRecord>(
        "/consent",
        { patient_id: patientId, policy_version: POLICY_VERSION, ...decision },
        newId("consent"),
      ),
    onSuccess: (kept) => {
      client.setQueryData<ConsentState[]>(keys.consents(patientId), (consents) =>
        consents?.map((one) => (one.purpose === kept.purpose ? { ...one, ...stateOf(kept) } : one)),
      );
      // The first welcome, and documents that have waited, come with a consent.
      void client.invalidateQueries({ queryKey: keys.messages(patientId) });
    },
    onError: report,
  });
}

function stateOf(kept: ConsentRecord): Partial<ConsentState> {
  return { granted: kept.granted, policy_version: kept.policy_version, updated_at: kept.created_at };
}
