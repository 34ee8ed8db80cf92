import type { Texts } from "./en";
import type { Locale } from "./locale";

/** Each language is a file of its own: nobody downloads the texts of languages they do not read. */
const LOADERS: Readonly<Record<Locale, () => Promise<Texts>>> = {
  en: async () => (await import("./en")).en,
  es: async () => (await import("./es")).es,
  ar: async () => (await import("./ar")).ar,
};

/** A language and its texts. */
export interface Spoken {
  readonly locale: Locale;
  readonly texts: Texts;
}

/** The texts to begin with: English ones where a language did not arrive, rather than an empty page. */
export async function loadFirstTexts(locale: Locale): Promise<Spoken> {
  try {
    return { locale, texts: await loadTexts(locale) };
  } catch {
    return { locale: "en", texts: await loadTexts("en") };
  }
}

/** The texts of a language; asked for again, the same ones without another download. */
export function loadTexts(locale: Locale): Promise<Texts> {
  return LOADERS[locale]();
}
