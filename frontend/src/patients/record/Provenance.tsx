import { useLanguage } from "../../i18n/Language";
import type { Sourced } from "./summary";

/** Where something comes from, and how sure it is. */
export function Provenance({ source, confidence, code }: Sourced & { code?: string | null }) {
  const { t, format } = useLanguage();
  return (
    <p className="provenance">
      {code && <code dir="ltr">{code}</code>}
      <span>{t.record.source[source]}</span>
      {confidence < 1 && <span>{t.record.confidence(format.percent(confidence))}</span>}
    </p>
  );
}
