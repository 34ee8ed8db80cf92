import { useId } from "react";
import { Icon } from "../../app/icons";
import { useLanguage } from "../../i18n/Language";
import { ScoreRing } from "../match/ScoreRing";
import { useSummary } from "../record/useSummary";

/** In the order of the journey; the server's has none. */
const CATEGORIES = [
  "consent",
  "demographics",
  "procedure_specific",
  "medical_history",
  "documents",
  "preferences",
] as const;

interface ProgressStripProps {
  readonly isOpen: boolean;
  onToggle(): void;
}

/** How complete the intake is, as a whole and by category; can be folded to a line. */
export function ProgressStrip({ isOpen, onToggle }: ProgressStripProps) {
  const { t, format } = useLanguage();
  const { data: at } = useSummary();
  const details = useId();
  if (!at) return null;
  const { progress, categories } = at.summary.intake_progress;
  const percent = format.percent(progress);
  return (
    <aside className="progress" data-open={isOpen} aria-label={t.intake.title}>
      <div className="progress-head">
        <ScoreRing share={progress} text={percent} />
        <div className="progress-title">
          <h2>{t.intake.title}</h2>
          <p role="status">{t.intake.done(percent)}</p>
        </div>
        <button
          type="button"
          className="icon-button progress-toggle"
          aria-expanded={isOpen}
          aria-controls={details}
          aria-label={isOpen ? t.intake.hide : t.intake.show}
          onClick={onToggle}
        >
          <Icon name="down" />
        </button>
      </div>
      <ul id={details} className="categories" hidden={!isOpen}>
        {CATEGORIES.map((name) => (
          <li key={name}>
            <span className="category-name">{t.intake.categories[name]}</span>
            <span className="category-share">{format.percent(categories[name] ?? 0)}</span>
            <progress className="bar" max={1} value={categories[name] ?? 0} aria-label={t.intake.categories[name]} />
          </li>
        ))}
      </ul>
    </aside>
  );
}
