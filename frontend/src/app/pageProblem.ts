import type { ApiError } from "../api/errors";
import type { StreamFailure } from "../stream/types";
import type { PageProblem } from "./FullPageProblem";

const BY_CODE: Readonly<Record<string, PageProblem>> = {
  PATIENT_QUARANTINED_001: "quarantined",
  PATIENT_NOT_FOUND_001: "notFound",
  TENANT_NOT_FOUND_001: "notFound",
  TENANT_MISMATCH_001: "forbidden",
  AUTH_UNAUTHORIZED_001: "forbidden",
};

const BY_FAILURE: Readonly<Record<StreamFailure, PageProblem | null>> = {
  // The screen stays: it can be read without being live.
  unreachable: null,
  unauthorized: "unauthorized",
  forbidden: "forbidden",
  not_found: "notFound",
  quarantined: "quarantined",
  revoked: "forbidden",
};

/** Why the screen as a whole can't be shown; null when it can. */
export function pageProblem(error: ApiError | null, failure: StreamFailure | null): PageProblem | null {
  if (error?.status === 401) return "unauthorized";
  const byError = error ? BY_CODE[error.code] : undefined;
  return byError ?? (failure ? BY_FAILURE[failure] : null);
}
