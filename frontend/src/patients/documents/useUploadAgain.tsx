import { type ReactNode, useRef } from "react";
import { useLanguage } from "../../i18n/Language";
import type { SummaryDocument } from "../record/summary";
import { ACCEPTED } from "./checks";
import { useUploads } from "./uploads";

interface UploadAgain {
  /** Upload the document's file once more; where that can't help, or it is not known, ask for another. */
  again(document: SummaryDocument): void;
  /** What `again` asks with; has to be in the page. */
  readonly picker: ReactNode;
}

/** A document that failed is uploaded anew: the server keeps what it was, and reads the new one. */
export function useUploadAgain(): UploadAgain {
  const { t } = useLanguage();
  const { uploads, add, fileOf } = useUploads();
  const input = useRef<HTMLInputElement>(null);
  return {
    again({ id, retryable }) {
      const file = retryable ? fileOf(id) : null;
      // A second click is not a second document.
      if (file && uploads.some((upload) => upload.file === file && upload.phase !== "failed")) return;
      if (file) add([file]);
      else input.current?.click();
    },
    picker: (
      <input
        ref={input}
        type="file"
        hidden
        accept={ACCEPTED}
        aria-label={t.documents.choose}
        onChange={(event) => {
          add(Array.from(event.target.files ?? []));
          event.target.value = "";
        }}
      />
    ),
  };
}
