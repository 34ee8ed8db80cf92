import type { Texts } from "../en";
import { chat } from "./chat";
import { journey } from "./journey";
import { record } from "./record";
import { shell } from "./shell";

export const es: Texts = { ...shell, ...record, ...chat, ...journey };
