interface Claim {
  readonly owner: object;
  readonly held: () => Promise<void>;
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Exclusive locks of one origin, as the Web Locks specification has them: granted in the order they were asked
 * for, given up when the callback's promise ends or the page does, and stolen by `steal`.
 */
export class FakeLocks {
  readonly #holders = new Map<string, Claim>();
  readonly #queues = new Map<string, Claim[]>();

  request(owner: object, name: string, { signal, steal = false }: LockOptions, held: () => Promise<void>) {
    return new Promise<void>((resolve, reject) => {
      if (steal && signal) return reject(new DOMException("steal with signal", "NotSupportedError"));
      if (signal?.aborted) return reject(signal.reason);
      const claim: Claim = { owner, held, resolve, reject };
      const queue = this.#queue(name);
      if (steal) {
        this.#holders.get(name)?.reject(new DOMException("stolen", "AbortError"));
        this.#holders.delete(name);
        queue.unshift(claim);
      } else queue.push(claim);
      signal?.addEventListener("abort", () => {
        if (!queue.includes(claim)) return;
        queue.splice(queue.indexOf(claim), 1);
        reject(signal.reason);
      });
      this.#grantSoon(name);
    });
  }

  /** The page is gone: what it held is free, what it waited for it never gets, and nobody is told. */
  releaseAllOf(owner: object): void {
    for (const [name, queue] of this.#queues) {
      queue.splice(0, queue.length, ...queue.filter((claim) => claim.owner !== owner));
      if (this.#holders.get(name)?.owner === owner) this.#holders.delete(name);
      this.#grantSoon(name);
    }
  }

  #queue(name: string): Claim[] {
    const queue = this.#queues.get(name) ?? [];
    this.#queues.set(name, queue);
    return queue;
  }

  #grantSoon(name: string): void {
    queueMicrotask(() => {
      if (this.#holders.has(name)) return;
      const claim = this.#queue(name).shift();
      if (claim === undefined) return;
      this.#holders.set(name, claim);
      claim
        .held()
        .then(claim.resolve, claim.reject)
        .finally(() => {
          if (this.#holders.get(name) === claim) this.#holders.delete(name);
          this.#grantSoon(name);
        });
    });
  }
}
