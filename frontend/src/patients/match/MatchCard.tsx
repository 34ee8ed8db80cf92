import type { RankedProvider } from "../../api/types";
import { Icon } from "../../app/icons";
import { useLanguage } from "../../i18n/Language";
import { FactorChart } from "./FactorChart";
import { ScoreRing } from "./ScoreRing";

/** A hospital in its place: how well it fits, why, and what to keep in mind. */
export function MatchCard({ provider }: { provider: RankedProvider }) {
  const { t, format } = useLanguage();
  const { rank, name, city, country_name, score, reasons, caveat, factors } = provider;
  const points = format.number(score * 100, 0);
  return (
    <article className="card match" aria-label={name}>
      <header className="match-head">
        <div>
          <p className="match-rank">{t.match.rank(format.number(rank))}</p>
          <h4>
            <bdi>{name}</bdi>
          </h4>
          <p className="match-place">
            <bdi>{city}</bdi> · {country_name}
          </p>
        </div>
        <div className="match-score">
          <ScoreRing share={score} text={points} />
          <span className="visually-hidden">{t.match.score(points)}</span>
          <span className="match-fit" aria-hidden="true">
            {t.match.fit}
          </span>
        </div>
      </header>
      <Facts provider={provider} />
      <div className="match-why">
        <h5>{t.match.why}</h5>
        <ul>
          {reasons.map((reason) => (
            <li key={reason}>
              <Icon name="check" /> <span dir="auto">{reason}</span>
            </li>
          ))}
        </ul>
        <p className="match-caveat">
          <strong>{t.match.caveat}:</strong> <span dir="auto">{caveat}</span>
        </p>
      </div>
      <details className="match-details">
        <summary>
          {t.match.details} <Icon name="down" />
        </summary>
        <FactorChart factors={factors} />
      </details>
    </article>
  );
}

function Facts({ provider }: { provider: RankedProvider }) {
  const { t, format } = useLanguage();
  const { price_usd, flight_hours, wait_days, success_rate, accreditations } = provider;
  const facts: [string, string | null][] = [
    [t.match.price, t.match.priceRange(format.usd(price_usd.low), format.usd(price_usd.high))],
    [t.match.success, format.percent(success_rate)],
    [t.match.flight, flight_hours === null ? null : t.match.hours(format.number(flight_hours))],
    [t.match.wait, t.match.days(wait_days)],
    [t.match.accredited, accreditations.join(", ")],
  ];
  return (
    <dl className="match-facts">
      {facts.map(([label, value]) =>
        value ? (
          <div key={label}>
            <dt>{label}</dt>
            <dd>
              <bdi>{value}</bdi>
            </dd>
          </div>
        ) : null,
      )}
    </dl>
  );
}
