import { FailedToLoad, Skeleton } from "../../app/placeholders";
import { useLanguage } from "../../i18n/Language";
import { AboutYou, Wishes } from "./AboutYou";
import { RecordEntry } from "./RecordEntry";
import { ENTRY_KINDS, type EntryKind, type Summary } from "./summary";
import { useSummary } from "./useSummary";

/** The patient's record as it is built from what every source says; it fills itself while documents are read. */
export function EHRSummary() {
  const { t } = useLanguage();
  const { data, error, refetch } = useSummary();
  if (data) return <Record summary={data.summary} />;
  if (error) return <FailedToLoad text={t.record.error} error={error} onRetry={() => void refetch()} />;
  return <Skeleton rows={6} />;
}

function Record({ summary }: { summary: Summary }) {
  const { t } = useLanguage();
  const isEmpty = ENTRY_KINDS.every((kind) => summary[kind].length === 0);
  return (
    <div className="record">
      <AboutYou demographics={summary.demographics} />
      {isEmpty && <p className="empty">{t.record.empty}</p>}
      {!isEmpty && ENTRY_KINDS.map((kind) => <Entries key={kind} kind={kind} summary={summary} />)}
      <Wishes preferences={summary.preferences} />
    </div>
  );
}

function Entries({ kind, summary }: { kind: EntryKind; summary: Summary }) {
  const { t, format } = useLanguage();
  const entries = summary[kind];
  return (
    <section className="record-section" aria-labelledby={`record-${kind}`}>
      <h3 id={`record-${kind}`}>
        {t.record[kind]} {entries.length > 0 && <span className="count">{format.number(entries.length)}</span>}
      </h3>
      {entries.length === 0 ? (
        <p className="none">{t.record.none}</p>
      ) : (
        <ul className="entries">
          {entries.map((entry) => (
            <RecordEntry key={entry.id} entry={entry} />
          ))}
        </ul>
      )}
    </section>
  );
}
