import type { MatchRecord } from "../../api/types";
import { useLanguage } from "../../i18n/Language";
import { MatchOutcome } from "./MatchOutcome";
import { ScoreRing } from "./ScoreRing";

const SHOWN = 3;

interface MatchInThreadProps {
  readonly match: MatchRecord;
  onSeeAll(): void;
}

/** A search's result where it happened in the conversation: the best few, and the way to all of them. */
export function MatchInThread({ match, onSeeAll }: MatchInThreadProps) {
  const { t, format } = useLanguage();
  const providers = match.providers ?? [];
  if (providers.length === 0) return <MatchOutcome match={match} />;
  return (
    <section className="card result" aria-label={t.match.title}>
      <h3>{t.match.results(providers.length)}</h3>
      <ol className="result-list">
        {providers.slice(0, SHOWN).map((provider) => (
          <li key={provider.provider_id}>
            <ScoreRing share={provider.score} text={format.number(provider.score * 100, 0)} />
            <span className="result-name">
              <bdi>{provider.name}</bdi>
              <small>
                <bdi>{provider.city}</bdi> · {provider.country_name}
              </small>
            </span>
            <bdi className="result-price">
              {t.match.priceRange(format.usd(provider.price_usd.low), format.usd(provider.price_usd.high))}
            </bdi>
          </li>
        ))}
      </ol>
      <button type="button" className="button button-quiet" onClick={onSeeAll}>
        {t.match.seeAll}
      </button>
    </section>
  );
}
