import type { TabChannel } from "../stream/environment";

interface OpenChannel extends TabChannel {
  readonly owner: object;
  readonly name: string;
  deliver(data: unknown): void;
}

/** Broadcast channels of one origin: a message reaches all others of that name, later, in order, as a copy. */
export class FakeChannels {
  #open: OpenChannel[] = [];

  /** `whenRunning` runs a task of the owning page, as soon as that runs. */
  open(owner: object, name: string, whenRunning: (task: () => void) => void): TabChannel {
    const channel: OpenChannel = {
      owner,
      name,
      onmessage: null,
      postMessage: (message) => this.#broadcast(channel, message),
      deliver: (data) => whenRunning(() => channel.onmessage?.(new MessageEvent("message", { data }))),
      close: () => {
        this.#open = this.#open.filter((other) => other !== channel);
      },
    };
    this.#open.push(channel);
    return channel;
  }

  closeAllOf(owner: object): void {
    this.#open = this.#open.filter((channel) => channel.owner !== owner);
  }

  #broadcast(from: OpenChannel, message: unknown): void {
    if (!this.#open.includes(from)) throw new DOMException("closed", "InvalidStateError");
    const others = this.#open.filter((channel) => channel !== from && channel.name === from.name);
    for (const channel of others) {
      const copy = structuredClone(message);
      queueMicrotask(() => {
        if (this.#open.includes(channel)) channel.deliver(copy);
      });
    }
  }
}
