import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useMemo, useState } from "react";
import type { Api } from "../api/client";
import { type ApiError, asApiError } from "../api/errors";
import { newId } from "../api/ids";
import type { PatientRecord, Registration } from "../api/types";
import { useLanguage } from "../i18n/Language";
import { Mark } from "./icons";
import { LanguageSwitch } from "./LanguageSwitch";
import { sentenceOf } from "./notices";
import { Reference } from "./Reference";

/** Where patients come from so far; the conversation takes any other. */
const COUNTRIES = ["US", "GB", "AE", "CA", "IE", "SA", "QA", "KW", "BH", "OM", "DE", "FR", "ES", "MX"] as const;

interface RegisterProps {
  readonly api: Api;
  onRegistered(patient: PatientRecord): void;
}

/** Becoming a patient: a name is enough. */
export function Register({ api, onRegistered }: RegisterProps) {
  const { t, locale, format } = useLanguage();
  // One name for all attempts: pressed twice, one patient is made.
  const [key] = useState(() => newId("register"));
  const registering = useMutation({
    mutationFn: (told: Registration) => api.post<PatientRecord>("/patients", told, key),
    onSuccess: onRegistered,
  });
  const countries = useMemo(() => COUNTRIES.map((code) => [code, format.country(code)] as const), [format]);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const told = new FormData(event.currentTarget);
    const field = (name: string) => String(told.get(name) ?? "").trim();
    const country = field("country") || null;
    registering.mutate({ first_name: field("first_name"), last_name: field("last_name"), country, locale });
  };
  return (
    <main className="gate">
      <div className="gate-card">
        <div className="gate-brand">
          <Mark />
          <span>{t.app.title}</span>
        </div>
        <h1>{t.register.title}</h1>
        <p className="lead">{t.register.lead}</p>
        <form className="register" onSubmit={submit}>
          <Field name="first_name" label={t.register.firstName} autoComplete="given-name" />
          <Field name="last_name" label={t.register.lastName} autoComplete="family-name" />
          <label>
            {t.register.country}
            <select name="country" autoComplete="country" defaultValue="">
              <option value="" />
              {countries.map(([code, name]) => (
                <option key={code} value={code}>
                  {name}
                </option>
              ))}
            </select>
          </label>
          {registering.error && <Refused error={asApiError(registering.error)} />}
          <button type="submit" className="button" disabled={registering.isPending}>
            {t.register.submit}
          </button>
        </form>
      </div>
      <LanguageSwitch />
    </main>
  );
}

function Field({ name, label, autoComplete }: { name: string; label: string; autoComplete: string }) {
  return (
    <label>
      {label}
      <input name={name} required maxLength={100} dir="auto" autoComplete={autoComplete} />
    </label>
  );
}

function Refused({ error }: { error: ApiError }) {
  const { t } = useLanguage();
  return (
    <div className="failed" role="alert">
      <p>{sentenceOf(error, t)}</p>
      {error.correlationId && <Reference id={error.correlationId} />}
    </div>
  );
}
