/** The body of a stream that somebody is writing. */
export class OpenBody {
  isOpen = true;
  #controller: ReadableStreamDefaultController<Uint8Array> | null = null;
  readonly #body: ReadableStream<Uint8Array>;

  /** Ends like a real one when the request is aborted. */
  constructor(signal: AbortSignal | null) {
    this.#body = new ReadableStream({
      start: (controller) => {
        this.#controller = controller;
      },
      cancel: () => {
        this.isOpen = false;
      },
    });
    signal?.addEventListener("abort", () => this.fail(signal.reason));
  }

  async answer(): Promise<Response> {
    return new Response(this.#body, { headers: { "Content-Type": "text/event-stream; charset=utf-8" } });
  }

  write(piece: string | Uint8Array): void {
    if (this.isOpen) this.#controller?.enqueue(typeof piece === "string" ? new TextEncoder().encode(piece) : piece);
  }

  close(): void {
    if (this.isOpen) this.#controller?.close();
    this.isOpen = false;
  }

  fail(reason: unknown = new TypeError("network error")): void {
    if (this.isOpen) this.#controller?.error(reason);
    this.isOpen = false;
  }
}
