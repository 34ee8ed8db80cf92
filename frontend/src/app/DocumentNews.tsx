import { useState } from "react";
import type { DocumentStatus } from "../api/types";
import { useEventStream } from "../hooks/useEventStream";
import { useLanguage } from "../i18n/Language";
import { useUploads } from "../patients/documents/uploads";
import { sentenceOf } from "./notices";
import { useSession } from "./session";

/** Says how documents and uploads are getting on to those who do not see their cards move. */
export function DocumentNews() {
  const { t } = useLanguage();
  const { patientId } = useSession();
  const { uploads } = useUploads();
  const [news, setNews] = useState<{ name: string; status: DocumentStatus } | null>(null);
  useEventStream(patientId, {
    onDocumentUpdate: ({ payload }) => setNews({ name: payload.filename, status: payload.status }),
  });
  const refused = uploads.filter((upload) => upload.error).at(-1);
  return (
    <>
      <p className="visually-hidden" role="status">
        {news && t.documents.announce(news.name, t.documents.status[news.status])}
      </p>
      <p className="visually-hidden" role="alert">
        {refused?.error && t.documents.announce(refused.file.name, sentenceOf(refused.error, t))}
      </p>
    </>
  );
}
