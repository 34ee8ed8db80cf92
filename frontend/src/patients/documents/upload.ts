import type { Api } from "../../api/client";
import { ApiError } from "../../api/errors";
import { putFile } from "../../api/put";
import type { DocumentRecord, UploadTarget } from "../../api/types";
import { contentTypeOf, refusalOf } from "./checks";

export type UploadPhase = "checking" | "uploading" | "confirming";

interface Given {
  readonly api: Api;
  readonly patientId: string;
  readonly file: File;
  /** Names this upload: asked for again under it, nothing happens twice. */
  readonly key: string;
  readonly signal: AbortSignal;
  /** The document whose bytes an earlier try has put already: only the confirmation is missing. */
  readonly put: string | null;
  onPhase(phase: UploadPhase): void;
  onProgress(share: number): void;
  onPut(documentId: string): void;
}

/** Take a file to the vault: check, announce, put, confirm. Throws an `ApiError`, or an abort. */
export async function upload(given: Given): Promise<DocumentRecord> {
  const documentId = given.put ?? (await announcedAndPut(given));
  const { api, key, signal, onPhase } = given;
  onPhase("confirming");
  return api.post<DocumentRecord>("/uploads/confirm", { document_id: documentId }, `${key}-confirm`, signal);
}

async function announcedAndPut(given: Given): Promise<string> {
  const { api, patientId, file, key, signal, onPhase, onProgress, onPut } = given;
  onPhase("checking");
  const refused = await refusalOf(file);
  if (refused) throw new ApiError({ code: refused });
  const target = await api.post<UploadTarget>(
    "/uploads/presign",
    { patient_id: patientId, filename: file.name, content_type: contentTypeOf(file.name), size: file.size },
    `${key}-announce`,
    signal,
  );
  onPhase("uploading");
  await putFile({ target, file, onProgress, signal });
  onPut(target.document_id);
  return target.document_id;
}
