import { useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useCallback, useEffect, useMemo, useReducer, useRef } from "react";
import { type ApiError, asApiError } from "../../api/errors";
import { newId } from "../../api/ids";
import { keys } from "../../api/keys";
import type { DocumentRecord } from "../../api/types";
import { useNotices } from "../../app/notices";
import { useSession } from "../../app/session";
import type { SummaryAt, SummaryDocument } from "../record/summary";
import { useSummary } from "../record/useSummary";
import { refuseStrayFiles } from "./strayFiles";
import { upload } from "./upload";
import { changed, type Upload, UploadsContext } from "./uploads";

/** Keeps the uploads of this page going, whichever view is looked at. */
export function UploadsProvider({ children }: { children: ReactNode }) {
  const { api, patientId } = useSession();
  const { report } = useNotices();
  const client = useQueryClient();
  const { data: at } = useSummary();
  const [all, dispatch] = useReducer(changed, []);
  const documents = at?.summary.documents;
  const uploads = useMemo(() => all.filter((one) => !isKept(one, documents ?? [])), [all, documents]);
  const running = useRef(new Map<string, AbortController>());
  const files = useRef(new Map<string, File>());

  useEffect(() => {
    const controllers = running.current;
    return () => controllers.forEach((controller) => controller.abort());
  }, []);

  useEffect(refuseStrayFiles, []);

  const start = useCallback(
    async (id: string, file: File, put: string | null = null) => {
      const controller = new AbortController();
      running.current.set(id, controller);
      try {
        const document = await upload({
          api,
          patientId,
          file,
          key: id,
          put,
          signal: controller.signal,
          onPhase: (phase) => dispatch({ kind: "moved", id, to: { phase } }),
          onProgress: (progress) => dispatch({ kind: "moved", id, to: { progress } }),
          onPut: (documentId) => {
            files.current.set(documentId, file);
            dispatch({ kind: "moved", id, to: { put: documentId } });
          },
        });
        client.setQueryData<SummaryAt>(keys.summary(patientId), (at) => at && withDocument(at, document));
        dispatch({ kind: "gone", id });
      } catch (error) {
        if (controller.signal.aborted) return dispatch({ kind: "gone", id });
        const known = asApiError(error);
        dispatch({ kind: "moved", id, to: { phase: "failed", error: known, ...(isLost(known) ? { put: null } : {}) } });
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
        const failed = uploads.find((one) => one.id === id);
        if (failed?.phase !== "failed") return;
        const { file, put } = failed;
        if (put !== null) {
          // Perhaps only the answer was lost: under another name it would be a second document.
          dispatch({ kind: "moved", id, to: { phase: "confirming", error: null } });
          return void start(id, file, put);
        }
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

/** What was put is not there to be confirmed, or is not what was announced: it has to be put again. */
function isLost({ status }: ApiError): boolean {
  return status === 404 || status === 422;
}

/** The stream may tell of the document before the confirmation is answered, or though its answer was lost. */
function isKept({ put }: Upload, documents: readonly SummaryDocument[]): boolean {
  return documents.some(({ id }) => id === put);
}

/** The stream tells of the document as well, often sooner: what it has told is newer than the answer. */
function withDocument(at: SummaryAt, document: DocumentRecord): SummaryAt {
  if (at.summary.documents.some((known) => known.id === document.id)) return at;
  return { ...at, summary: { ...at.summary, documents: [...at.summary.documents, document] } };
}
