/** The languages the screen is written in, each with its own name. */
export const LANGUAGES = { en: "English", es: "Español", ar: "العربية" } as const;

export type Locale = keyof typeof LANGUAGES;

const RIGHT_TO_LEFT: ReadonlySet<Locale> = new Set(["ar"]);

export type Direction = "ltr" | "rtl";

export function directionOf(locale: Locale): Direction {
  return RIGHT_TO_LEFT.has(locale) ? "rtl" : "ltr";
}

/** The language we have of a tag such as `es-MX`; null where we have none. */
export function languageOf(tag: string | null | undefined): Locale | null {
  const [language = ""] = (tag ?? "").toLowerCase().split("-");
  return Object.hasOwn(LANGUAGES, language) ? (language as Locale) : null;
}

/** The nearest language we have to a tag; English where there is none. */
export function nearest(tag: string | null | undefined): Locale {
  return languageOf(tag) ?? "en";
}

/** The best of what the browser asks for; English where we have none of it. */
export function preferred(tags: readonly string[]): Locale {
  return tags.map(languageOf).find((locale) => locale !== null) ?? "en";
}
