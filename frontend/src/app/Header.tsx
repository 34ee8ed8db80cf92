import type { ReactNode } from "react";
import { useLanguage } from "../i18n/Language";
import { Icon, Mark } from "./icons";
import { LanguageSwitch } from "./LanguageSwitch";

interface HeaderProps {
  /** Who is signed in; empty before it is known. */
  readonly name: string;
  readonly children: ReactNode;
  onSignOut(): void;
}

/** The banner: where we are, for whom, whether it is live. */
export function Header({ name, children, onSignOut }: HeaderProps) {
  const { t } = useLanguage();
  return (
    <header className="header">
      <div className="brand">
        <Mark />
        <h1>{t.app.title}</h1>
      </div>
      <p className="header-name">
        <bdi>{name}</bdi>
      </p>
      {children}
      <LanguageSwitch />
      <button
        type="button"
        className="icon-button"
        aria-label={t.app.signOut}
        title={t.app.signOut}
        onClick={onSignOut}
      >
        <Icon name="signOut" />
      </button>
    </header>
  );
}
