import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { newId } from "../../api/ids";
import { keys } from "../../api/keys";
import type { MatchRecord } from "../../api/types";
import { useNotices } from "../../app/notices";
import { useSession } from "../../app/session";

/** The patient's searches, newest first. */
export function useMatches() {
  const { api, patientId } = useSession();
  return useQuery({
    queryKey: keys.matches(patientId),
    queryFn: ({ signal }) => api.get<MatchRecord[]>(`/patients/${patientId}/matches`, signal),
  });
}

export interface MatchSearch {
  readonly isSearching: boolean;
  find(): void;
}

/** Ask for hospitals; the stages are heard on the stream while they happen. */
export function useMatchSearch(): MatchSearch {
  const { api, patientId } = useSession();
  const { report } = useNotices();
  const client = useQueryClient();
  const { mutate, isPending } = useMutation({
    mutationFn: (key: string) => api.post<MatchRecord>(`/patients/${patientId}/match`, {}, key),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.matches(patientId) }),
    onError: report,
  });
  return { isSearching: isPending, find: () => mutate(newId("match")) };
}
