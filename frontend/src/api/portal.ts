import { opened, unreachable } from "./envelope";
import { ApiError } from "./errors";
import { newId } from "./ids";
import type { Token } from "./tokens";

/** One of the invented people to sign in as, where no identity provider is set up. */
export interface Persona {
  readonly patient_id: string;
  readonly name: string;
  readonly locale: string;
  readonly country: string;
  readonly about: string;
}

/** How people sign in here, as the server that serves this page says it. */
export interface PortalConfig {
  readonly sign_in: "clerk" | "local";
  readonly clerk_publishable_key: string | null;
  readonly tenant_id: string;
  readonly personas: readonly Persona[];
  readonly playground: boolean;
}

export async function fetchConfig(): Promise<PortalConfig> {
  return read<PortalConfig>("/portal/config", { method: "GET" });
}

/** A token to act as one of the invented people; the server gives none outside of development. */
export async function fetchPersonaToken(patientId: string): Promise<Token> {
  return read<Token>("/portal/token", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ patient_id: patientId }),
  });
}

/** Bare JSON or the API's envelope: both are taken. */
async function read<Data extends object>(path: string, init: RequestInit): Promise<Data> {
  const correlationId = newId("web");
  const response = await fetch(path, {
    ...init,
    headers: { ...init.headers, "X-Correlation-ID": correlationId },
  }).catch(() => {
    throw unreachable(correlationId);
  });
  const { data, ...bare } = await bodyOf(response, correlationId);
  return (data ?? bare) as Data;
}

async function bodyOf(response: Response, correlationId: string): Promise<Record<string, unknown>> {
  if (!response.ok) await opened(response, correlationId);
  try {
    return (await response.json()) as Record<string, unknown>;
  } catch {
    throw new ApiError({ code: `HTTP_${response.status}`, status: response.status, correlationId });
  }
}
