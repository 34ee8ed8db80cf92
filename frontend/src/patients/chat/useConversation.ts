import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useReducer, useState } from "react";
import { asApiError, NETWORK } from "../../api/errors";
import { newId } from "../../api/ids";
import type { AgentAnswer } from "../../api/types";
import { useNotices } from "../../app/notices";
import { useSession } from "../../app/session";
import { useLanguage } from "../../i18n/Language";
import { outbox } from "./outbox";
import { type Outgoing, withExchange } from "./thread";
import { changeMessages, useMessages } from "./useMessages";

const SECOND_MS = 1000;

/** The conversation with what is on its way into it; a message is sent once, however often it is tried. */
export function useConversation() {
  const { api, patientId } = useSession();
  const { locale } = useLanguage();
  const { report, settle } = useNotices();
  const client = useQueryClient();
  const thread = useMessages();
  const [outgoing, dispatch] = useReducer(outbox, []);
  const [waitUntil, setWaitUntil] = useState<number | null>(null);

  const sending = useMutation({
    // One after the other: an answer then belongs to the message before it.
    scope: { id: `chat-${patientId}` },
    mutationFn: ({ content, locale, key }: Outgoing) =>
      api.post<AgentAnswer>(
        `/patients/${patientId}/chat`,
        { message: content, attachments: [], context: { current_view: "portal", locale } },
        key,
      ),
    onSuccess: (answer, message) => {
      settle(NETWORK);
      changeMessages(client, patientId, (messages) => withExchange(messages, message, answer));
      dispatch({ kind: "gone", key: message.key, reached: answer.message_id });
    },
    onError: (error, { key }) => {
      const known = asApiError(error);
      if (known.retryAfter !== null) setWaitUntil(Date.now() + known.retryAfter * SECOND_MS);
      dispatch({ kind: "failed", key });
      report(known);
    },
  });

  return {
    ...thread,
    outgoing,
    waitUntil,
    isAnswering: sending.isPending,
    send(content: string) {
      const after = thread.messages?.at(-1)?.message_id ?? null;
      const sentAt = new Date().toISOString();
      const message = { key: newId("chat"), content, locale, isFailed: false, sentAt, after };
      dispatch({ kind: "written", message });
      sending.mutate(message);
    },
    resend(message: Outgoing) {
      dispatch({ kind: "resent", key: message.key });
      sending.mutate(message);
    },
    discard: (key: string) => dispatch({ kind: "gone", key, reached: null }),
  };
}
