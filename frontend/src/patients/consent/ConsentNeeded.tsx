import { Icon } from "../../app/icons";
import { useLanguage } from "../../i18n/Language";

interface ConsentNeededProps {
  /** What cannot be done, and why. */
  readonly text: string;
  onOpen(): void;
}

/** Says which permission is missing, and leads to its switch. */
export function ConsentNeeded({ text, onOpen }: ConsentNeededProps) {
  const { t } = useLanguage();
  return (
    <div className="consent-needed">
      <Icon name="consent" />
      <p>{text}</p>
      <button type="button" className="button" onClick={onOpen}>
        {t.consent.open}
      </button>
    </div>
  );
}
