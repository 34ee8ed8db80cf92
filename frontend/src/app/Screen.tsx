import { useEffect } from "react";
import { asApiError } from "../api/errors";
import { useLanguage } from "../i18n/Language";
import { languageOf } from "../i18n/locale";
import { useSummary } from "../patients/record/useSummary";
import { FullPageProblem } from "./FullPageProblem";
import { Layout } from "./Layout";
import { pageProblem } from "./pageProblem";
import { useSession } from "./session";
import { useLive } from "./useLive";

/** The patient's screen, or the page that says why there is none. */
export function Screen() {
  const { t, follow } = useLanguage();
  const { signOut } = useSession();
  const stream = useLive();
  const { data: at, error } = useSummary();
  const demographics = at?.summary.demographics;
  const locale = languageOf(demographics?.locale);

  useEffect(() => {
    // In a language that we lack, the browser's is nearer than English.
    if (locale) follow(locale);
  }, [locale, follow]);

  const refusal = error ? asApiError(error) : null;
  const problem = pageProblem(refusal, stream.failure);
  if (problem) {
    return (
      <FullPageProblem problem={problem} correlationId={refusal?.correlationId ?? null}>
        <button type="button" className="button" onClick={signOut}>
          {t.problems.signInAgain}
        </button>
      </FullPageProblem>
    );
  }
  const name = demographics ? `${demographics.first_name} ${demographics.last_name}` : "";
  return <Layout name={name} stream={stream} />;
}
