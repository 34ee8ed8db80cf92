import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from "react";
import { formatsOf } from "./format";
import { LanguageContext } from "./Language";
import { directionOf, type Locale } from "./locale";
import { loadTexts, type Spoken } from "./texts";

/** Texts, numbers and direction of one language for everything below it, and for the document itself. */
export function LanguageProvider({ children, initial }: { children: ReactNode; initial: Spoken }) {
  const [{ locale, texts }, speak] = useState(initial);
  const wanted = useRef<Locale>(initial.locale);
  const hasChosen = useRef(false);

  // The screen keeps its language until the texts of the next one are here, also when they do not arrive.
  const turnTo = useCallback(async (next: Locale) => {
    wanted.current = next;
    const loaded = await loadTexts(next).catch(() => null);
    if (loaded && wanted.current === next) speak({ locale: next, texts: loaded });
  }, []);
  const choose = useCallback(
    (next: Locale) => {
      hasChosen.current = true;
      void turnTo(next);
    },
    [turnTo],
  );
  const follow = useCallback(
    (next: Locale) => {
      if (!hasChosen.current) void turnTo(next);
    },
    [turnTo],
  );

  const language = useMemo(
    () => ({ locale, direction: directionOf(locale), t: texts, format: formatsOf(locale), choose, follow }),
    [locale, texts, choose, follow],
  );
  useEffect(() => {
    document.documentElement.lang = locale;
    document.documentElement.dir = directionOf(locale);
  }, [locale]);
  return <LanguageContext value={language}>{children}</LanguageContext>;
}
