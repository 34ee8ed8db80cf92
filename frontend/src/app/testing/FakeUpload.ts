import { vi } from "vitest";

/** The `XMLHttpRequest` of an upload, moved on by hand. */
export class FakeUpload {
  static all: FakeUpload[] = [];

  readonly upload: { onprogress: ((event: Partial<ProgressEvent>) => void) | null } = { onprogress: null };
  readonly headers: Record<string, string> = {};
  method = "";
  url = "";
  status = 0;
  responseText = "";
  body: Blob | null = null;
  onload: (() => void) | null = null;
  onerror: (() => void) | null = null;
  onabort: (() => void) | null = null;

  static install(): void {
    FakeUpload.all = [];
    vi.stubGlobal("XMLHttpRequest", FakeUpload);
  }

  open(method: string, url: string): void {
    [this.method, this.url] = [method, url];
    FakeUpload.all.push(this);
  }

  setRequestHeader(name: string, value: string): void {
    this.headers[name] = value;
  }

  getResponseHeader(): string | null {
    return null;
  }

  send(body: Blob): void {
    this.body = body;
  }

  abort(): void {
    this.onabort?.();
  }

  progress(loaded: number, total: number): void {
    this.upload.onprogress?.({ lengthComputable: true, loaded, total });
  }

  finish(status = 200, responseText = ""): void {
    [this.status, this.responseText] = [status, responseText];
    this.onload?.();
  }
}
