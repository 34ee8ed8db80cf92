import type { ConsentState } from "../../api/types";
import { FailedToLoad, Skeleton } from "../../app/placeholders";
import { useLanguage } from "../../i18n/Language";
import { ConsentSwitch } from "./ConsentSwitch";
import { POLICY_VERSION, useConsents } from "./useConsents";

/** Everything the patient may allow; `wanted` is the purpose that something was refused for. */
export function ConsentView({ wanted }: { wanted: string | null }) {
  const { t } = useLanguage();
  const { data, error, refetch } = useConsents();
  if (!data && error) return <FailedToLoad text={t.consent.error} error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton rows={4} />;
  // A newer server may ask for what this page has no words for: nobody can agree to that.
  const known = data.filter(({ purpose }) => Object.hasOwn(t.consent.purposes, purpose));
  return (
    <div className="page">
      <p className="lead">{t.consent.lead}</p>
      <Group
        title={t.consent.required}
        why={t.consent.requiredWhy}
        consents={known.filter((one) => one.required)}
        wanted={wanted}
      />
      <Group
        title={t.consent.optional}
        why={t.consent.optionalWhy}
        consents={known.filter((one) => !one.required)}
        wanted={wanted}
      />
      <p className="hint">{t.consent.policy(POLICY_VERSION)}</p>
    </div>
  );
}

interface GroupProps {
  readonly title: string;
  readonly why: string;
  readonly consents: readonly ConsentState[];
  readonly wanted: string | null;
}

function Group({ title, why, consents, wanted }: GroupProps) {
  return (
    <section className="consent-group">
      <h3>{title}</h3>
      <p className="hint">{why}</p>
      <ul>
        {consents.map((consent) => (
          <li key={consent.purpose}>
            <ConsentSwitch consent={consent} isWanted={consent.purpose === wanted} />
          </li>
        ))}
      </ul>
    </section>
  );
}
