import { Icon } from "../../app/icons";
import { useLanguage } from "../../i18n/Language";
import type { SummaryDocument } from "../record/summary";
import { reasonIn } from "./reasons";
import { isMoving, shareOf, statusOf } from "./status";

interface DocumentCardProps {
  readonly document: SummaryDocument;
  /** Upload it once more. */
  onAgain(document: SummaryDocument): void;
}

/** A document and how far its reading is, live. */
export function DocumentCard({ document, onAgain }: DocumentCardProps) {
  const { t, format } = useLanguage();
  const { filename, status, pages } = document;
  const tone = status === "failed" ? "failed" : isMoving(document) ? "moving" : "done";
  return (
    <article className={`card document document-${tone}`} aria-label={filename}>
      <span className="document-icon">
        <Icon name={ICONS[tone]} />
      </span>
      <div className="document-body">
        <p className="document-name">
          <bdi>{filename}</bdi>
        </p>
        <p className="document-status">
          <span>{statusOf(document, t, format)}</span>
          {pages ? <span>{t.documents.pages(pages)}</span> : null}
        </p>
        {tone === "moving" && <Progress document={document} />}
        {tone === "failed" ? <Failed document={document} onAgain={onAgain} /> : <Unsure document={document} />}
      </div>
    </article>
  );
}

const ICONS = { failed: "alert", moving: "documents", done: "check" } as const;

function Progress({ document }: { document: SummaryDocument }) {
  const { t, format } = useLanguage();
  return (
    <progress
      className="bar"
      max={1}
      value={shareOf(document)}
      aria-label={t.documents.progress(document.filename)}
      aria-valuetext={statusOf(document, t, format)}
    />
  );
}

function Failed({ document, onAgain }: DocumentCardProps) {
  const { t, locale } = useLanguage();
  const { reason, retryable } = document;
  return (
    <>
      {reason && (
        <p className="document-reason" dir="auto">
          {reasonIn(locale, reason)} {retryable && t.documents.willRetry}
        </p>
      )}
      <button type="button" className="button button-quiet" onClick={() => onAgain(document)}>
        <Icon name="retry" /> {t.documents.again}
      </button>
    </>
  );
}

/** Names the pages that were read unsurely. */
function Unsure({ document: { needs_review } }: { document: SummaryDocument }) {
  const { t, format } = useLanguage();
  if (needs_review.length === 0) return null;
  return (
    <p className="document-review">
      <Icon name="alert" />
      {t.documents.review(needs_review.length, format.list(needs_review.map((page) => format.number(page))))}
    </p>
  );
}
