import { type QueryClient, useInfiniteQuery } from "@tanstack/react-query";
import { keys } from "../../api/keys";
import type { MessageRecord } from "../../api/types";
import { useSession } from "../../app/session";

interface Page {
  readonly items: readonly MessageRecord[];
  readonly next: string | null;
}

interface Pages {
  readonly pages: readonly Page[];
  readonly pageParams: readonly (string | null)[];
}

/** The conversation, oldest first; pages before the newest are read when they are asked for. */
export function useMessages() {
  const { api, patientId } = useSession();
  const query = useInfiniteQuery({
    queryKey: keys.messages(patientId),
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }): Promise<Page> =>
      api.page<MessageRecord>(
        `/patients/${patientId}/messages${pageParam === null ? "" : `?before=${encodeURIComponent(pageParam)}`}`,
        signal,
      ),
    getNextPageParam: (page) => page.next,
  });
  const messages = query.data?.pages.reduceRight<readonly MessageRecord[]>(
    (older, page) => [...older, ...page.items],
    [],
  );
  return { ...query, messages };
}

/** Change the newest page of the cached conversation; nothing happens before it was read. */
export function changeMessages(
  client: QueryClient,
  patientId: string,
  change: (messages: readonly MessageRecord[]) => readonly MessageRecord[],
): void {
  client.setQueryData<Pages>(keys.messages(patientId), (known) => {
    const [newest, ...older] = known?.pages ?? [];
    return known && newest ? { ...known, pages: [{ ...newest, items: change(newest.items) }, ...older] } : known;
  });
}
