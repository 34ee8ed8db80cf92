import { type ReactNode, useEffect, useRef } from "react";
import { useLanguage } from "../i18n/Language";
import { Mark } from "./icons";
import { LanguageSwitch } from "./LanguageSwitch";
import { Reference } from "./Reference";

export type PageProblem = "quarantined" | "notFound" | "unauthorized" | "forbidden" | "broken";

interface FullPageProblemProps {
  readonly problem: PageProblem;
  readonly correlationId: string | null;
  /** What can be done about it. */
  readonly children: ReactNode;
}

/** A page instead of the screen: why there is nothing to see, and what can be done. */
export function FullPageProblem({ problem, correlationId, children }: FullPageProblemProps) {
  const { t } = useLanguage();
  const heading = useRef<HTMLHeadingElement>(null);
  // What had the focus is gone with the screen: a screen reader would say nothing of it.
  useEffect(() => heading.current?.focus(), []);
  return (
    <main className="gate">
      <div className="gate-card" data-problem={problem}>
        <div className="gate-brand">
          <Mark />
          <span>{t.app.title}</span>
        </div>
        <h1 ref={heading} tabIndex={-1}>
          {t.problems[`${problem}Title`]}
        </h1>
        <p className="lead">{t.problems[problem]}</p>
        {correlationId && <Reference id={correlationId} />}
        <div className="button-row">{children}</div>
      </div>
      <LanguageSwitch />
    </main>
  );
}
