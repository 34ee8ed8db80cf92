import { chat } from "./chat";
import { journey } from "./journey";
import { record } from "./record";
import { shell } from "./shell";

/** Every text of the screen, in English; the other languages have the same keys by type. */
export const en = { ...shell, ...record, ...chat, ...journey };

type Widened<T> = T extends string
  ? string
  : T extends (...given: infer Given) => string
    ? (...given: Given) => string
    : { readonly [Key in keyof T]: Widened<T[Key]> };

export type Texts = Widened<typeof en>;
