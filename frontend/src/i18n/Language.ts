import { createContext, use } from "react";
import type { Texts } from "./en";
import type { Formats } from "./format";
import type { Direction, Locale } from "./locale";

export interface Language {
  readonly locale: Locale;
  readonly direction: Direction;
  readonly t: Texts;
  readonly format: Formats;
  /** What the person chose counts from then on. */
  choose(locale: Locale): void;
  /** What the patient's record says, unless the person has chosen. */
  follow(locale: Locale): void;
}

export const LanguageContext = createContext<Language | null>(null);

export function useLanguage(): Language {
  const language = use(LanguageContext);
  if (language === null) throw new Error("useLanguage needs a <LanguageProvider> above it.");
  return language;
}
