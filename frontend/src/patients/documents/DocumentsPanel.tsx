import { FailedToLoad, Skeleton } from "../../app/placeholders";
import { useLanguage } from "../../i18n/Language";
import { useSummary } from "../record/useSummary";
import { DocumentCard } from "./DocumentCard";
import { DropZone } from "./DropZone";
import { FilePicker } from "./FilePicker";
import { UploadCard } from "./UploadCard";
import { useUploads } from "./uploads";
import { useUploadAgain } from "./useUploadAgain";

/** The documents in the vault, and the way into it: drop, picker, camera. */
export function DocumentsPanel() {
  const { t } = useLanguage();
  const { add } = useUploads();
  return (
    <div className="documents">
      <DropZone className="dropzone" onFiles={add}>
        <p>{t.documents.drop}</p>
        <div className="dropzone-buttons">
          <FilePicker source="files" icon="upload" label={t.documents.choose} className="button" onFiles={add} />
          <FilePicker
            source="camera"
            icon="camera"
            label={t.documents.photo}
            className="button button-quiet camera-button"
            onFiles={add}
          />
        </div>
        <p className="hint">{t.documents.rules}</p>
      </DropZone>
      <DocumentList />
    </div>
  );
}

function DocumentList() {
  const { t } = useLanguage();
  const { data, error, refetch } = useSummary();
  const { uploads } = useUploads();
  const { again, picker } = useUploadAgain();
  if (!data && error) return <FailedToLoad text={t.record.error} error={error} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton rows={3} />;
  const newestFirst = [...data.summary.documents].reverse();
  if (newestFirst.length === 0 && uploads.length === 0) return <p className="empty">{t.documents.empty}</p>;
  return (
    <>
      <ul className="document-list" aria-label={t.documents.list}>
        {[...uploads].reverse().map((upload) => (
          <li key={upload.id}>
            <UploadCard upload={upload} />
          </li>
        ))}
        {newestFirst.map((document) => (
          <li key={document.id}>
            <DocumentCard document={document} onAgain={again} />
          </li>
        ))}
      </ul>
      {picker}
    </>
  );
}
