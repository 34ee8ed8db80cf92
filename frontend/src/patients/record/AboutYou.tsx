import { useLanguage } from "../../i18n/Language";
import type { Texts } from "../../i18n/en";
import type { Formats } from "../../i18n/format";
import { Provenance } from "./Provenance";
import type { Demographics, Preference } from "./summary";
import { wishOf } from "./wording";

/** Who the patient is, as far as they have told. */
export function AboutYou({ demographics }: { demographics: Demographics }) {
  const { t, format } = useLanguage();
  return (
    <section className="record-section" aria-labelledby="record-demographics">
      <h3 id="record-demographics">{t.record.demographics}</h3>
      <dl className="facts">
        {factsIn(demographics, t, format).map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>
              <bdi>{value}</bdi>
            </dd>
          </div>
        ))}
      </dl>
      <Provenance {...demographics} />
    </section>
  );
}

/** What the patient wishes for; nothing at all before the first wish. */
export function Wishes({ preferences }: { preferences: readonly Preference[] }) {
  const { t, format } = useLanguage();
  const names: Readonly<Record<string, string>> = t.record.wishes;
  const told = preferences.filter(({ key, value }) => key in names && value !== null && value !== "");
  if (told.length === 0) return null;
  return (
    <section className="record-section" aria-labelledby="record-preferences">
      <h3 id="record-preferences">{t.record.preferences}</h3>
      <dl className="facts">
        {told.map(({ key, value }) => (
          <div key={key}>
            <dt>{names[key]}</dt>
            <dd>
              <bdi>{wishOf(value, t, format)}</bdi>
            </dd>
          </div>
        ))}
      </dl>
      <Provenance source="self_report" confidence={1} />
    </section>
  );
}

function factsIn(who: Demographics, t: Texts, format: Formats): [string, string][] {
  const sexes: Readonly<Record<string, string>> = t.record.sex;
  const facts: [string, string | null][] = [
    [t.record.fields.name, `${who.first_name} ${who.last_name}`.trim()],
    [t.record.fields.date_of_birth, who.date_of_birth && format.day(who.date_of_birth)],
    [t.record.fields.sex, who.sex && (sexes[who.sex] ?? who.sex)],
    [t.record.fields.country, who.country && format.country(who.country)],
    [t.record.fields.email, who.email],
    [t.record.fields.phone, who.phone],
    [t.record.fields.procedure_interest, who.procedure_interest],
  ];
  return facts.filter((fact): fact is [string, string] => Boolean(fact[1]));
}
