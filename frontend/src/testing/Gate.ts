/** Holds back what a frozen page would have done. */
export class Gate {
  #isOpen = true;
  #held: (() => void)[] = [];

  run(act: () => void): void {
    if (this.#isOpen) act();
    else this.#held.push(act);
  }

  close(): void {
    this.#isOpen = false;
  }

  open(): void {
    this.#isOpen = true;
    this.#held.splice(0).forEach((act) => act());
  }

  /** The answer, whose body arrives while the gate is open only. */
  async response(response: Response): Promise<Response> {
    await this.#opened();
    if (response.body === null) return response;
    const { status, headers } = response;
    const body = response.body.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform: async (chunk, controller) => {
          await this.#opened();
          controller.enqueue(chunk);
        },
      }),
    );
    return new Response(body, { status, headers });
  }

  #opened(): Promise<void> {
    return new Promise((resolve) => this.run(resolve));
  }
}
