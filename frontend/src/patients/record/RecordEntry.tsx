import { useLanguage } from "../../i18n/Language";
import { Provenance } from "./Provenance";
import type { Entry } from "./summary";
import { detailsOf } from "./wording";

/** One thing the record says, with its source, and whether sources disagree about it. */
export function RecordEntry({ entry }: { entry: Entry }) {
  const { t, format } = useLanguage();
  const details = detailsOf(entry, t, format);
  const flag = entry.interpretation === "H" ? t.record.high : entry.interpretation === "L" ? t.record.low : null;
  return (
    <li className="entry">
      <p className="entry-name">
        <bdi>{entry.display}</bdi>
        {flag && <span className="badge badge-attention">{flag}</span>}
        {entry.conflict && (
          <span className="badge badge-attention" title={t.record.conflictWhy}>
            {t.record.conflict}
          </span>
        )}
      </p>
      {details.length > 0 && (
        <p className="entry-details">
          {details.map((detail) => (
            <bdi key={detail}>{detail}</bdi>
          ))}
        </p>
      )}
      {entry.conflict && <p className="entry-conflict">{t.record.conflictWhy}</p>}
      <Provenance {...entry} />
    </li>
  );
}
