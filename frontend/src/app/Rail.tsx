import { useLanguage } from "../i18n/Language";
import { Icon } from "./icons";
import { type View, VIEWS } from "./views";

interface RailProps {
  readonly view: View;
  /** The views that stand on the screen where there is room for several. */
  readonly shown: readonly View[];
  onShow(view: View): void;
}

/** The way to each section: a rail of icons, on a phone a bar at the bottom. */
export function Rail({ view, shown, onShow }: RailProps) {
  const { t } = useLanguage();
  return (
    <nav className="rail" aria-label={t.app.nav}>
      <ul>
        {VIEWS.map((name) => (
          <li key={name}>
            <button
              type="button"
              className="rail-button"
              data-shown={shown.includes(name)}
              aria-current={view === name ? "page" : undefined}
              title={t.views[name]}
              onClick={() => onShow(name)}
            >
              <Icon name={name} />
              <span className="rail-label">{t.views[name]}</span>
            </button>
          </li>
        ))}
      </ul>
    </nav>
  );
}
