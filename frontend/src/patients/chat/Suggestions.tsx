import type { Action } from "../../api/types";
import { useLanguage } from "../../i18n/Language";

interface SuggestionsProps {
  readonly actions: readonly Action[];
  onTake(action: Action): void;
}

/** What can be done with one tap, as chips. */
export function Suggestions({ actions, onTake }: SuggestionsProps) {
  const { t } = useLanguage();
  if (actions.length === 0) return null;
  return (
    <ul className="chips" aria-label={t.chat.suggestions}>
      {actions.map((action) => (
        <li key={action.action + action.label}>
          <button
            type="button"
            className={action.action === "request_match" ? "chip chip-primary" : "chip"}
            onClick={() => onTake(action)}
          >
            <bdi>{action.label}</bdi>
          </button>
        </li>
      ))}
    </ul>
  );
}
