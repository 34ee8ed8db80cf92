import { useId } from "react";
import type { ApiError } from "../api/errors";
import type { Persona } from "../api/portal";
import { useLanguage } from "../i18n/Language";
import { LANGUAGES, nearest } from "../i18n/locale";
import { Mark } from "./icons";
import { LanguageSwitch } from "./LanguageSwitch";
import { sentenceOf } from "./notices";
import { Reference } from "./Reference";

interface SignInProps {
  readonly personas: readonly Persona[];
  readonly playground: boolean;
  /** Whose sign-in is on its way. */
  readonly signingIn: string | null;
  readonly error: ApiError | null;
  onPick(persona: Persona): void;
}

/** The invented people to sign in as; says plainly that they are invented. */
export function SignIn({ personas, playground, signingIn, error, onPick }: SignInProps) {
  const { t } = useLanguage();
  return (
    <main className="gate">
      <div className="gate-card">
        <div className="gate-brand">
          <Mark />
          <span>{t.app.title}</span>
        </div>
        <h1>{t.signIn.title}</h1>
        <p className="lead">{t.signIn.lead}</p>
        <h2>{t.signIn.pick}</h2>
        {personas.length === 0 && <p className="empty">{t.signIn.noPeople}</p>}
        <ul className="personas">
          {personas.map((persona) => (
            <li key={persona.patient_id}>
              <PersonaCard
                persona={persona}
                isSigningIn={signingIn === persona.patient_id}
                isDisabled={signingIn !== null}
                onPick={onPick}
              />
            </li>
          ))}
        </ul>
        {error && (
          <div className="failed" role="alert">
            <p>
              <strong>{t.signIn.failed}</strong> {sentenceOf(error, t)}
            </p>
            {error.correlationId && <Reference id={error.correlationId} />}
          </div>
        )}
        <p className="hint">{t.signIn.invented}</p>
        {playground && (
          <p>
            <a href="/playground">{t.app.playground}</a>
          </p>
        )}
      </div>
      <LanguageSwitch />
    </main>
  );
}

interface PersonaCardProps {
  readonly persona: Persona;
  readonly isSigningIn: boolean;
  readonly isDisabled: boolean;
  onPick(persona: Persona): void;
}

function PersonaCard({ persona, isSigningIn, isDisabled, onPick }: PersonaCardProps) {
  const { t, format } = useLanguage();
  const id = useId();
  const { name, about, country, locale } = persona;
  return (
    <div className="persona" aria-busy={isSigningIn}>
      <span className="persona-initials" aria-hidden="true">
        {initialsOf(name)}
      </span>
      <span className="persona-text">
        <button type="button" aria-describedby={id} disabled={isDisabled} onClick={() => onPick(persona)}>
          {t.signIn.as(name)}
        </button>
        <span id={id} dir="auto">
          {about}
        </span>
        <small>{isSigningIn ? t.signIn.working : `${format.country(country)} · ${LANGUAGES[nearest(locale)]}`}</small>
      </span>
    </div>
  );
}

function initialsOf(name: string): string {
  const words = name.split(" ").filter(Boolean);
  return [words[0], words.at(-1)].map((word) => word?.[0] ?? "").join("");
}
