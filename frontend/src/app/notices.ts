import { createContext, use } from "react";
import type { ApiError } from "../api/errors";
import type { Texts } from "../i18n/en";

/** Something that went wrong, until it is dismissed. */
export interface Notice {
  readonly id: number;
  readonly error: ApiError;
}

export interface Notices {
  readonly notices: readonly Notice[];
  report(error: unknown): void;
  dismiss(id: number): void;
  /** What went wrong so works again. */
  settle(code: string): void;
}

export const NoticesContext = createContext<Notices | null>(null);

export function useNotices(): Notices {
  const notices = use(NoticesContext);
  if (notices === null) throw new Error("useNotices needs a <NoticesProvider> above it.");
  return notices;
}

/** What a refusal means, in the reader's language; the server's own sentence only where we have none. */
export function sentenceOf(error: ApiError, texts: Texts): string {
  const known: Record<string, string> = texts.errors;
  return known[error.code] ?? (error.message === error.code ? texts.errors.UNFORESEEN : error.message);
}
