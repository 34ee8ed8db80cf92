import { useQueryClient } from "@tanstack/react-query";
import { keys } from "../api/keys";
import { useStreamInvalidation } from "../hooks/useStreamInvalidation";
import { type EventStream, useEventStream } from "../hooks/useEventStream";
import { withAnswer } from "../patients/chat/thread";
import { changeMessages } from "../patients/chat/useMessages";
import type { SummaryAt } from "../patients/record/summary";
import { hearEvent, takeState } from "../patients/record/useSummary";
import { useSession } from "./session";

/**
 * Keeps everything that was read about the patient current with the stream.
 *
 * What an event says is shown at once; what it only hints at is read again.
 */
export function useLive(): EventStream {
  const { patientId } = useSession();
  const client = useQueryClient();
  useStreamInvalidation(patientId);
  return useEventStream(patientId, {
    onState: (state) => takeState(client, patientId, state as SummaryAt & { replaced: boolean }),
    onEvent: (event) => hearEvent(client, patientId, event),
    onAgentResponse: (event) => {
      // A read that is under way may be older than the answer; the next one begins with the invalidation.
      void client.cancelQueries({ queryKey: keys.messages(patientId) });
      changeMessages(client, patientId, (messages) => withAnswer(messages, event));
    },
  });
}
