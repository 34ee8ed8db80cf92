/** What the server takes, checked here first so that nobody waits for an upload that will be refused. */

export const SMALLEST = 1024;
export const LARGEST = 20 * 1024 * 1024;

/** Extension → content type. */
export const CONTENT_TYPES: Readonly<Record<string, string>> = {
  ".pdf": "application/pdf",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".png": "image/png",
  ".tif": "image/tiff",
  ".tiff": "image/tiff",
};

/** For a file picker's `accept`. */
export const ACCEPTED = Object.keys(CONTENT_TYPES).join(",");

const HEAD_BYTES = 1024;

export type RefusedFile =
  "UPLOAD_EXTENSION_001" | "UPLOAD_TOO_SMALL_001" | "UPLOAD_TOO_LARGE_001" | "UPLOAD_CONTENT_TYPE_001";

/** The content type that the file's name stands for; null when it is of no kind that is taken. */
export function contentTypeOf(filename: string): string | null {
  const dot = filename.lastIndexOf(".");
  return (dot > 0 && CONTENT_TYPES[filename.slice(dot).toLowerCase()]) || null;
}

/** The code that the server would refuse the file with; null when it would take it. */
export async function refusalOf(file: File): Promise<RefusedFile | null> {
  const declared = contentTypeOf(file.name);
  if (declared === null) return "UPLOAD_EXTENSION_001";
  if (file.size < SMALLEST) return "UPLOAD_TOO_SMALL_001";
  if (file.size > LARGEST) return "UPLOAD_TOO_LARGE_001";
  const head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
  return sniffed(head) === declared ? null : "UPLOAD_CONTENT_TYPE_001";
}

/** The content type that a file's first bytes prove. */
export function sniffed(head: Uint8Array): string | null {
  const text = Array.from(head.subarray(0, HEAD_BYTES), (byte) => String.fromCharCode(byte)).join("");
  if (text.startsWith("\xff\xd8\xff")) return "image/jpeg";
  if (text.startsWith("\x89PNG\r\n\x1a\n")) return "image/png";
  if (text.startsWith("II*\x00") || text.startsWith("MM\x00*")) return "image/tiff";
  // Scanners put a few bytes before the mark; "%PDF-" may also lie in a picture's comment, so pictures go first.
  return text.includes("%PDF-") ? "application/pdf" : null;
}
