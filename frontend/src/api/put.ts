import { ApiError, NETWORK } from "./errors";
import type { Problem, UploadTarget } from "./types";

interface Put {
  readonly target: UploadTarget;
  readonly file: Blob;
  /** Share of the bytes that have left, 0-1. */
  readonly onProgress: (share: number) => void;
  readonly signal: AbortSignal;
}

/** Put the bytes at their address. XMLHttpRequest, because fetch does not tell how far an upload is. */
export function putFile({ target, file, onProgress, signal }: Put): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(aborted());
    const request = new XMLHttpRequest();
    request.open(target.method, target.upload_url);
    for (const [name, value] of Object.entries(target.headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) onProgress(event.loaded / event.total);
    };
    request.onload = () => (request.status < 300 ? resolve() : reject(refusalOf(request)));
    request.onerror = () => reject(new ApiError({ code: NETWORK }));
    request.onabort = () => reject(aborted());
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(file);
  });
}

function aborted(): DOMException {
  return new DOMException("The upload was cancelled.", "AbortError");
}

function refusalOf(request: XMLHttpRequest): ApiError {
  const correlationId = request.getResponseHeader("X-Correlation-ID");
  return new ApiError({ ...firstProblem(request.responseText), status: request.status, correlationId });
}

/** A bucket answers in XML of its own; then the status is all there is to say. */
function firstProblem(text: string): Pick<Problem, "code"> & { message?: string } {
  try {
    const [first] = (JSON.parse(text) as { errors: Problem[] }).errors;
    return first ? { code: first.code, message: first.message } : { code: "UPLOAD_REFUSED" };
  } catch {
    return { code: "UPLOAD_REFUSED" };
  }
}
