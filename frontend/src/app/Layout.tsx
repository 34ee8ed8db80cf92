import { useState } from "react";
import type { EventStream } from "../hooks/useEventStream";
import { useLanguage } from "../i18n/Language";
import { Conversation } from "../patients/chat/Conversation";
import { ConsentView } from "../patients/consent/ConsentView";
import { DocumentsPanel } from "../patients/documents/DocumentsPanel";
import { ProgressStrip } from "../patients/intake/ProgressStrip";
import { MatchView } from "../patients/match/MatchView";
import { useMatchSearch } from "../patients/match/useMatches";
import { EHRSummary } from "../patients/record/EHRSummary";
import { ConnectionDot } from "./ConnectionDot";
import { DocumentNews } from "./DocumentNews";
import { Header } from "./Header";
import { NoticeList } from "./NoticeList";
import { Rail } from "./Rail";
import { useSession } from "./session";
import { useViews, type View } from "./views";
import { Zone } from "./Zone";

/** From here on there is room for the progress beside the conversation. */
const WIDE = "(min-width: 80rem)";

interface LayoutProps {
  readonly name: string;
  readonly stream: EventStream;
}

/** The zones: rail, record or documents, the middle, progress. A phone shows one of them at a time. */
export function Layout({ name, stream }: LayoutProps) {
  const { t } = useLanguage();
  const { signOut } = useSession();
  const { view, panel, main, show } = useViews();
  const search = useMatchSearch();
  const [asked, setAsked] = useState(0);
  const [wanted, setWanted] = useState<string | null>(null);
  const [isOpen, setOpen] = useState(() => window.matchMedia(WIDE).matches);

  const go = (next: View) => {
    setWanted(null);
    setAsked((times) => times + 1);
    show(next);
  };
  const openConsents = (purpose: string | null) => {
    if (purpose === null) return go("consent");
    // The switch itself takes the focus, not the heading.
    setWanted(purpose);
    setAsked(0);
    show("consent");
  };

  return (
    <div className="shell" data-view={view} data-progress={isOpen ? "open" : "folded"}>
      <a
        className="skip"
        href="#middle"
        onClick={(event) => {
          event.preventDefault();
          go("chat");
        }}
      >
        {t.app.skip}
      </a>
      <Header name={name} onSignOut={signOut}>
        <ConnectionDot status={stream.status} reconnect={stream.reconnect} />
      </Header>
      <Rail view={view} shown={[panel, main]} onShow={go} />
      <main className="zones">
        <Zone
          id={panel}
          className="zone panel"
          title={t.views[panel]}
          isCurrent={view === panel}
          asked={view === panel ? asked : 0}
        >
          <div className="zone-body" tabIndex={0} role="group" aria-label={t.views[panel]}>
            {panel === "record" ? <EHRSummary /> : <DocumentsPanel />}
          </div>
        </Zone>
        <div id="middle" className="middle" data-current={view === main}>
          <Zone
            id={main}
            className="zone main"
            title={t.views[main]}
            isCurrent={view === main}
            asked={view === main ? asked : 0}
          >
            <Main main={main} search={search} wanted={wanted} show={go} onOpenConsents={() => openConsents(null)} />
          </Zone>
        </div>
      </main>
      <ProgressStrip isOpen={isOpen} onToggle={() => setOpen((open) => !open)} />
      <NoticeList onOpenConsents={openConsents} />
      <DocumentNews />
    </div>
  );
}

interface MainProps {
  readonly main: "chat" | "match" | "consent";
  readonly search: ReturnType<typeof useMatchSearch>;
  readonly wanted: string | null;
  show(view: View): void;
  onOpenConsents(): void;
}

/** The conversation stays as it was left, with its draft, while another view is in front of it. */
function Main({ main, search, wanted, show, onOpenConsents }: MainProps) {
  const { t } = useLanguage();
  return (
    <>
      <div className="zone-fill" hidden={main !== "chat"}>
        <Conversation search={search} show={show} />
      </div>
      {main !== "chat" && (
        <div className="zone-body" tabIndex={0} role="group" aria-label={t.views[main]}>
          {main === "match" ? (
            <MatchView search={search} onOpenConsents={onOpenConsents} />
          ) : (
            <ConsentView wanted={wanted} />
          )}
        </div>
      )}
    </>
  );
}
