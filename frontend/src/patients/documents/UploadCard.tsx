import { type ApiError, NETWORK } from "../../api/errors";
import { Icon } from "../../app/icons";
import { sentenceOf } from "../../app/notices";
import { Reference } from "../../app/Reference";
import { useLanguage } from "../../i18n/Language";
import { type Upload, useUploads } from "./uploads";

/** A file on its way to the vault: how much of it has left, and a way to stop it. */
export function UploadCard({ upload }: { upload: Upload }) {
  const { t } = useLanguage();
  const { cancel } = useUploads();
  const { id, file, error } = upload;
  return (
    <article className={`card document document-${error ? "failed" : "moving"}`} aria-label={file.name}>
      <span className="document-icon">
        <Icon name={error ? "alert" : "upload"} />
      </span>
      <div className="document-body">
        <p className="document-name">
          <bdi>{file.name}</bdi>
        </p>
        {error ? <Refused id={id} error={error} /> : <Underway upload={upload} />}
      </div>
      <button
        type="button"
        className="icon-button"
        aria-label={error ? t.documents.dismiss(file.name) : t.documents.cancel(file.name)}
        onClick={() => cancel(id)}
      >
        <Icon name="close" />
      </button>
    </article>
  );
}

function Underway({ upload: { file, phase, progress } }: { upload: Upload }) {
  const { t, format } = useLanguage();
  const text = phase === "uploading" ? t.documents.uploading(format.percent(progress)) : null;
  return (
    <>
      <p className="document-status">{text ?? t.documents[phase === "confirming" ? "confirming" : "checking"]}</p>
      <progress className="bar" max={1} value={progress} aria-label={t.documents.progress(file.name)} />
    </>
  );
}

function Refused({ id, error }: { id: string; error: ApiError }) {
  const { t } = useLanguage();
  const { again } = useUploads();
  return (
    <>
      <p className="document-reason">{sentenceOf(error, t)}</p>
      {error.correlationId && <Reference id={error.correlationId} />}
      {isWorthRepeating(error) && (
        <button type="button" className="button button-quiet" onClick={() => again(id)}>
          <Icon name="retry" /> {t.documents.again}
        </button>
      )}
    </>
  );
}

/** What was wrong with the file itself stays wrong; another file has to be chosen. */
function isWorthRepeating({ status, code }: ApiError): boolean {
  return code === NETWORK || (status !== 0 && status !== 422) || code === "UPLOAD_MISSING_001";
}
