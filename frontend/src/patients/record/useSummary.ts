import { type QueryClient, useQuery } from "@tanstack/react-query";
import { keys } from "../../api/keys";
import { useSession } from "../../app/session";
import type { CurawayEvent } from "../../generated/events";
import { followed } from "./following";
import type { SummaryAt } from "./summary";

/** As many events as a page remembers, to catch up an answer that was read before they happened. */
const REMEMBERED = 200;

const remembered = new WeakMap<QueryClient, CurawayEvent[]>();

/** The record's summary, kept current by `hearEvent` and `takeState`. */
export function useSummary() {
  const { api, patientId } = useSession();
  return useQuery({
    queryKey: keys.summary(patientId),
    queryFn: async ({ signal, client }) =>
      caughtUp(client, await api.get<SummaryAt>(`/patients/${patientId}/summary`, signal)),
  });
}

/** Move the cached summary on by one event. */
export function hearEvent(client: QueryClient, patientId: string, event: CurawayEvent): void {
  remembered.set(client, [...(remembered.get(client) ?? []), event].slice(-REMEMBERED));
  client.setQueryData<SummaryAt>(keys.summary(patientId), (at) => at && followed(at, event));
}

/** Replace the cached summary by what a stream begins with; after a reset, events from before it are forgotten. */
export function takeState(client: QueryClient, patientId: string, at: SummaryAt & { replaced?: boolean }): void {
  if (at.replaced) remembered.delete(client);
  client.setQueryData<SummaryAt>(
    keys.summary(patientId),
    caughtUp(client, { position: at.position, summary: at.summary }),
  );
}

/** A summary read while events arrived must not take back what they have shown. */
function caughtUp(client: QueryClient, at: SummaryAt): SummaryAt {
  return (remembered.get(client) ?? []).reduce(followed, at);
}
