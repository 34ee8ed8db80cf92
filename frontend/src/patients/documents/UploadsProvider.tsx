import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useCallback, useEffect, useMemo, useReducer, useRef } from "react";
import { asApiError } from "../../api/errors";
import { newId } from "../../api/ids";
import { keys } from "../../api/keys";
import type { DocumentRecord } from "../../api/types";
import { useNotices } from "../../app/notices";
import { useSession } from "../../app/session";
import type { SummaryAt } from "../record/summary";
import { upload } from "./upload";
import { changed, UploadsContext } from "./uploads";

/** Keeps the uploads of this page going, whichever view is looked at. */
export function UploadsProvider({ children }: { children: ReactNode }) {
  const { api, patientId } = useSession();
  const { report } = useNotices();
  const client = useQueryClient();
  const [uploads, dispatch] = useReducer(changed, []);
  const running = useRef(new Map<string, AbortController>());
  const files = useRef(new Map<string, File>());

  useEffect(() => {
    const all = running.current;
    return () => all.forEach((controller) => controller.abort());
  }, []);

  const start = useCallback(
    async (id: string, file: File) => {
      const controller = new AbortController();
      running.current.set(id, controller);
      try {
        const document = await upload({
          api,
          patientId,
          file,
          key: id,
          signal: controller.signal,
          onPhase: (phase) => dispatch({ kind: "moved", id, to: { phase } }),
          onProgress: (progress) => dispatch({ kind: "moved", id, to: { progress } }),
        });
        files.current.set(document.id, file);
        client.setQueryData<SummaryAt>(keys.summary(patientId), (at) => at && withDocument(at, document));
        dispatch({ kind: "gone", id });
      } catch (error) {
        if (controller.signal.aborted) return dispatch({ kind: "gone", id });
        const known = asApiError(error);
        dispatch({ kind: "moved", id, to: { phase: "failed", error: known } });
        // What is wrong with the file stands on its card; what is missing besides, everywhere.
        if (known.code === "CONSENT_REQUIRED_001" || known.code === "RATE_LIMIT_001") report(known);
      } finally {
        running.current.delete(id);
      }
    },
    [api, patientId, client, report],
  );

  const value = useMemo(
    () => ({
      uploads,
      add(given: Iterable<File>) {
        for (const file of given) {
          const id = newId("upload");
          dispatch({ kind: "added", id, file });
          void start(id, file);
        }
      },
      cancel(id: string) {
        running.current.get(id)?.abort();
        dispatch({ kind: "gone", id });
      },
      again(id: string) {
        const file = uploads.find((one) => one.id === id)?.file;
        if (!file) return;
        // A new name: the address that was given out before may have expired.
        const next = newId("upload");
        dispatch({ kind: "gone", id });
        dispatch({ kind: "added", id: next, file });
        void start(next, file);
      },
      fileOf: (documentId: string) => files.current.get(documentId) ?? null,
    }),
    [uploads, start],
  );
  return <UploadsContext value={value}>{children}</UploadsContext>;
}

/** The stream tells of the document as well, often sooner: what it has told is newer than the answer. */
function withDocument(at: SummaryAt, document: DocumentRecord): SummaryAt {
  if (at.summary.documents.some((known) => known.id === document.id)) return at;
  return { ...at, summary: { ...at.summary, documents: [...at.summary.documents, document] } };
}
