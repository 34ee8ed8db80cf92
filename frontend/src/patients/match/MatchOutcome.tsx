import type { MatchRecord } from "../../api/types";
import { useLanguage } from "../../i18n/Language";

/** A search that found nobody: what it says about that, and what would help. */
export function MatchOutcome({ match }: { match: MatchRecord }) {
  const { t, format } = useLanguage();
  const { status, message, missing = [], suggestions = [], confidence } = match;
  return (
    <div className="card outcome">
      <h3>{status === "gated" ? t.match.gated : status === "failed" ? t.match.failed : t.match.nobody}</h3>
      {message && <p dir="auto">{message}</p>}
      {status === "gated" && (
        <p className="outcome-confidence">
          <progress className="bar" max={1} value={confidence} aria-label={t.intake.title} />
          {t.match.confidence(format.percent(confidence))}
        </p>
      )}
      <Hints title={t.match.missing} hints={missing.map((one) => one.label)} />
      <Hints title={t.match.suggestions} hints={suggestions} />
    </div>
  );
}

function Hints({ title, hints }: { title: string; hints: readonly string[] }) {
  if (hints.length === 0) return null;
  return (
    <>
      <h4>{title}</h4>
      <ul className="hints">
        {hints.map((hint) => (
          <li key={hint} dir="auto">
            {hint}
          </li>
        ))}
      </ul>
    </>
  );
}
