import type { Outgoing } from "./thread";

/** What is known of the messages on their way; `failed` ones wait for the patient. */
export type OutboxChange =
  | { readonly kind: "written"; readonly message: Outgoing }
  | { readonly kind: "failed"; readonly key: string }
  | { readonly kind: "resent"; readonly key: string }
  /** Discarded, or kept by the server as `reached`: what was written later stands after that. */
  | { readonly kind: "gone"; readonly key: string; readonly reached: string | null };

export function outbox(messages: readonly Outgoing[], change: OutboxChange): readonly Outgoing[] {
  switch (change.kind) {
    case "written":
      return [...messages, change.message];
    case "failed":
    case "resent":
      return messages.map((one) => (one.key === change.key ? { ...one, isFailed: change.kind === "failed" } : one));
    case "gone":
      return without(messages, change);
  }
}

function without(messages: readonly Outgoing[], { key, reached }: Extract<OutboxChange, { kind: "gone" }>) {
  const place = messages.findIndex((one) => one.key === key);
  return messages.flatMap((one, index) => {
    if (index === place) return [];
    return reached === null || index < place ? [one] : [{ ...one, after: reached }];
  });
}
