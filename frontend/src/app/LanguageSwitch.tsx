import { useLanguage } from "../i18n/Language";
import { LANGUAGES, type Locale } from "../i18n/locale";
import { Icon } from "./icons";

/** The language of everything on the screen. */
export function LanguageSwitch() {
  const { t, locale, choose } = useLanguage();
  return (
    <label className="language">
      <Icon name="globe" />
      <span className="visually-hidden">{t.app.language}</span>
      <select value={locale} onChange={(event) => choose(event.target.value as Locale)}>
        {Object.entries(LANGUAGES).map(([code, name]) => (
          <option key={code} value={code} lang={code}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
