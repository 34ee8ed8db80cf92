import { asApiError } from "../api/errors";
import { useLanguage } from "../i18n/Language";
import { Icon } from "./icons";
import { sentenceOf } from "./notices";
import { Reference } from "./Reference";

/** What stands where something is still being loaded. */
export function Skeleton({ rows }: { rows: number }) {
  const { t } = useLanguage();
  return (
    <div className="skeleton" role="status">
      <span className="visually-hidden">{t.app.loading}</span>
      {Array.from({ length: rows }, (_, row) => (
        <span key={row} className="skeleton-row" aria-hidden="true" />
      ))}
    </div>
  );
}

interface FailedToLoadProps {
  readonly text: string;
  readonly error: unknown;
  onRetry(): void;
}

/** What stands where something could not be loaded. */
export function FailedToLoad({ text, error, onRetry }: FailedToLoadProps) {
  const { t } = useLanguage();
  const known = asApiError(error);
  return (
    <div className="failed" role="alert">
      <p>
        <strong>{text}</strong> {sentenceOf(known, t)}
      </p>
      {known.correlationId && <Reference id={known.correlationId} />}
      <button type="button" className="button button-quiet" onClick={onRetry}>
        <Icon name="retry" /> {t.app.retry}
      </button>
    </div>
  );
}
