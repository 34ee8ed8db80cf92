import { createContext, use } from "react";
import type { ApiError } from "../../api/errors";
import type { UploadPhase } from "./upload";

/** A file on its way to the vault; it leaves the list when the vault has it. */
export interface Upload {
  readonly id: string;
  readonly file: File;
  readonly phase: UploadPhase | "failed";
  /** Share of the bytes that have left, 0-1. */
  readonly progress: number;
  readonly error: ApiError | null;
  /** The document whose bytes are in the vault already; null before they are. */
  readonly put: string | null;
}

type Movement = Partial<Pick<Upload, "phase" | "progress" | "error" | "put">>;

export interface Uploads {
  readonly uploads: readonly Upload[];
  add(files: Iterable<File>): void;
  cancel(id: string): void;
  again(id: string): void;
  /** The file a document was made of, if it was chosen on this page. */
  fileOf(documentId: string): File | null;
}

export const UploadsContext = createContext<Uploads | null>(null);

export function useUploads(): Uploads {
  const uploads = use(UploadsContext);
  if (uploads === null) throw new Error("useUploads needs an <UploadsProvider> above it.");
  return uploads;
}

export type Change =
  | { readonly kind: "added"; readonly id: string; readonly file: File }
  | { readonly kind: "moved"; readonly id: string; readonly to: Movement }
  | { readonly kind: "gone"; readonly id: string };

export function changed(uploads: readonly Upload[], change: Change): readonly Upload[] {
  switch (change.kind) {
    case "added":
      return [...uploads, { id: change.id, file: change.file, phase: "checking", progress: 0, error: null, put: null }];
    case "moved":
      return uploads.map((upload) => (upload.id === change.id ? { ...upload, ...change.to } : upload));
    case "gone":
      return uploads.filter((upload) => upload.id !== change.id);
  }
}
