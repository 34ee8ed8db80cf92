import { useMemo } from "react";
import type { Action } from "../../api/types";
import { Mark } from "../../app/icons";
import { FailedToLoad, Skeleton } from "../../app/placeholders";
import type { View } from "../../app/views";
import { useLanguage } from "../../i18n/Language";
import { ConsentNeeded } from "../consent/ConsentNeeded";
import { useConsents } from "../consent/useConsents";
import { DocumentCard } from "../documents/DocumentCard";
import { DropZone } from "../documents/DropZone";
import { UploadCard } from "../documents/UploadCard";
import { useUploads } from "../documents/uploads";
import { useUploadAgain } from "../documents/useUploadAgain";
import { MatchInThread } from "../match/MatchInThread";
import { MatchStages } from "../match/MatchStages";
import { type MatchSearch, useMatches } from "../match/useMatches";
import { useSummary } from "../record/useSummary";
import { Composer } from "./Composer";
import { MessageThread } from "./MessageThread";
import { Suggestions } from "./Suggestions";
import { arranged, suggestionsIn } from "./thread";
import { useConversation } from "./useConversation";

interface ConversationProps {
  readonly search: MatchSearch;
  show(view: View): void;
}

/** The middle of the screen: what was said, what was uploaded, what was found, and what can be done next. */
export function Conversation({ search, show }: ConversationProps) {
  const { t } = useLanguage();
  const chat = useConversation();
  const items = useItems(chat);
  const { uploads, add } = useUploads();
  const { isGranted } = useConsents();
  const { again, picker } = useUploadAgain();
  const { messages } = chat;
  const isBlocked = isGranted("clinical_data_processing") === false;

  const take = ({ action, label }: Action) => {
    if (action === "upload_document") show("documents");
    else if (action === "request_match") search.find();
    else chat.send(label);
  };

  if (!messages) {
    if (!chat.error) return <Skeleton rows={4} />;
    return <FailedToLoad text={t.chat.error} error={chat.error} onRetry={() => void chat.refetch()} />;
  }
  return (
    <DropZone className="conversation" onFiles={add}>
      <MessageThread
        items={items}
        isAnswering={chat.isAnswering}
        below={uploads.map(({ id, phase }) => (phase === "failed" ? `${id} ${phase}` : id)).join()}
        onEarlier={chat.hasNextPage ? () => void chat.fetchNextPage() : null}
        onResend={chat.resend}
        onDiscard={chat.discard}
        before={items.length === 0 && <Beginning isBlocked={isBlocked} onTake={take} />}
        card={(item) =>
          item.kind === "document" ? (
            <DocumentCard document={item.document} onAgain={again} />
          ) : (
            <MatchInThread match={item.match} onSeeAll={() => show("match")} />
          )
        }
        after={
          <>
            {uploads.map((upload) => (
              <UploadCard key={upload.id} upload={upload} />
            ))}
            <OpenMatchStages />
            {!chat.isAnswering && !isBlocked && <Suggestions actions={suggestionsIn(messages)} onTake={take} />}
          </>
        }
      />
      <Composer
        blocked={isBlocked && <ConsentNeeded text={t.chat.needsConsent} onOpen={() => show("consent")} />}
        waitUntil={chat.waitUntil}
        onSend={chat.send}
        onFiles={add}
      />
      {picker}
    </DropZone>
  );
}

function useItems({ messages, outgoing }: Pick<ReturnType<typeof useConversation>, "messages" | "outgoing">) {
  const { data: at } = useSummary();
  const { data: matches } = useMatches();
  return useMemo(
    () =>
      arranged({
        messages: messages ?? [],
        outgoing,
        documents: at?.summary.documents ?? [],
        matches: (matches ?? []).filter((match) => match.status !== "requested"),
      }),
    [messages, outgoing, at, matches],
  );
}

/** What stands where nothing has been said yet. */
function Beginning({ isBlocked, onTake }: { isBlocked: boolean; onTake(action: Action): void }) {
  const { t } = useLanguage();
  const { data: at } = useSummary();
  const starters = [
    { action: "upload_document", label: t.chat.attach },
    { action: "starter", label: t.chat.starter },
    { action: "request_match", label: t.match.find },
  ];
  return (
    <div className="beginning">
      <Mark />
      <h3>{isBlocked ? t.consent.begin : t.chat.hello(at?.summary.demographics.first_name ?? "")}</h3>
      <p>{isBlocked ? t.consent.beginLead : t.chat.empty}</p>
      {!isBlocked && <Suggestions actions={starters} onTake={onTake} />}
    </div>
  );
}

function OpenMatchStages() {
  const { data: at } = useSummary();
  return at?.summary.match ? <MatchStages open={at.summary.match} /> : null;
}
