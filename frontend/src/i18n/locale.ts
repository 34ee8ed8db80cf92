/** The languages the screen is written in, each with its own name. */
export const LANGUAGES = { en: "English", es: "Español", ar: "العربية" } as const;

export type Locale = keyof typeof LANGUAGES;

const RIGHT_TO_LEFT: ReadonlySet<Locale> = new Set(["ar"]);

export type Direction = "ltr" | "rtl";

export function directionOf(locale: Locale): Direction {
  return RIGHT_TO_LEFT.has(locale) ? "rtl" : "ltr";
}

/** The nearest language we have to a tag such as `es-MX`; English where there is none. */
export function nearest(tag: string | null | undefined): Locale {
  const [language = ""] = (tag ?? "").toLowerCase().split("-");
  return Object.hasOwn(LANGUAGES, language) ? (language as Locale) : "en";
}

/** The best of what the browser asks for. */
export function preferred(tags: readonly string[]): Locale {
  return nearest(tags.find((tag) => Object.hasOwn(LANGUAGES, tag.toLowerCase().split("-")[0] ?? "")));
}
