import type { MatchRecord } from "../../api/types";
import { FailedToLoad, Skeleton } from "../../app/placeholders";
import { useLanguage } from "../../i18n/Language";
import { ConsentNeeded } from "../consent/ConsentNeeded";
import { useConsents } from "../consent/useConsents";
import { useSummary } from "../record/useSummary";
import { MatchCard } from "./MatchCard";
import { MatchOutcome } from "./MatchOutcome";
import { MatchStages } from "./MatchStages";
import { type MatchSearch, useMatches } from "./useMatches";

interface MatchViewProps {
  readonly search: MatchSearch;
  onOpenConsents(): void;
}

/** The hospitals that were found, and the button that looks for them. */
export function MatchView({ search, onOpenConsents }: MatchViewProps) {
  const { t } = useLanguage();
  const { data: at } = useSummary();
  const { isGranted } = useConsents();
  const isBlocked = NEEDS.some((purpose) => isGranted(purpose) === false);
  const open = at?.summary.match;
  return (
    <div className="page">
      <div className="match-intro">
        <p className="lead">{t.match.lead}</p>
        <FindButton isBlocked={isBlocked} isSearching={search.isSearching || Boolean(open)} onFind={search.find} />
      </div>
      {isBlocked && <ConsentNeeded text={t.match.needsConsent} onOpen={onOpenConsents} />}
      {open && <MatchStages open={open} />}
      <Searches />
    </div>
  );
}

const NEEDS = ["clinical_data_processing", "cross_border_transfer"] as const;

interface FindButtonProps {
  readonly isBlocked: boolean;
  readonly isSearching: boolean;
  onFind(): void;
}

function FindButton({ isBlocked, isSearching, onFind }: FindButtonProps) {
  const { t } = useLanguage();
  const { data: matches = [] } = useMatches();
  return (
    <button
      type="button"
      className="button button-coral"
      disabled={isBlocked}
      aria-disabled={isSearching}
      onClick={() => {
        // Not `disabled`: the focus would be lost while the search runs.
        if (!isSearching) onFind();
      }}
    >
      {isSearching ? t.match.finding : matches.length > 0 ? t.match.again : t.match.find}
    </button>
  );
}

function Searches() {
  const { t } = useLanguage();
  const { data: matches, error, refetch } = useMatches();
  if (matches) return <Matches matches={matches.filter((match) => match.status !== "requested")} />;
  if (error) return <FailedToLoad text={t.match.error} error={error} onRetry={() => void refetch()} />;
  return <Skeleton rows={4} />;
}

function Matches({ matches }: { matches: readonly MatchRecord[] }) {
  const { t } = useLanguage();
  const [newest, ...earlier] = matches;
  if (!newest) return <p className="empty">{t.match.none}</p>;
  return (
    <>
      <Found match={newest} />
      {earlier.length > 0 && (
        <section className="earlier">
          <h3>{t.match.earlier}</h3>
          {earlier.map((match) => (
            <Earlier key={match.id} match={match} />
          ))}
        </section>
      )}
    </>
  );
}

function Earlier({ match }: { match: MatchRecord }) {
  const { t, format } = useLanguage();
  return (
    <details className="card earlier-search">
      <summary>
        {t.match.when(format.moment(match.created_at))} <span>{t.match.left(match.providers?.length ?? 0)}</span>
      </summary>
      <Found match={match} />
    </details>
  );
}

function Found({ match }: { match: MatchRecord }) {
  const { t } = useLanguage();
  const providers = match.providers ?? [];
  if (providers.length === 0) return <MatchOutcome match={match} />;
  return (
    <section aria-label={t.match.results(providers.length)}>
      <h3>{t.match.results(providers.length)}</h3>
      <p className="hint" dir="auto">
        {match.notice ?? t.match.invented}
      </p>
      <ol className="match-list">
        {providers.map((provider) => (
          <li key={provider.provider_id}>
            <MatchCard provider={provider} />
          </li>
        ))}
      </ol>
    </section>
  );
}
