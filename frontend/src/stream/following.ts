import type { Hearing } from "./attempt";
import type { StreamEnvironment } from "./environment";
import { beginWithSummary } from "./polling";
import type { Ask, Connection, LeaderMessage } from "./tabMessages";
import type { Tabs } from "./tabs";
import { abortable } from "./time";
import type { StreamSnapshot } from "./types";

/** What following works with besides. */
export interface Following extends Hearing {
  readonly tabs: Tabs;
  /** The run of positions that this tab's position belongs to; null before there is one. */
  era: string | null;
  /** What to ask the leading tab for; asked once. */
  takeWish(): Ask["wake"];
  /** The leading tab's connection, to be shown as this one's. */
  mirror(connection: Connection): void;
  /** Show how far this tab has come. */
  show(change: Partial<StreamSnapshot>): void;
}

/** A leading tab that said nothing for this long is asked whether it is there. */
const QUIET_MS = 20_000;
/** A leading tab that does not answer for this long is frozen. */
const PATIENCE_MS = 3_000;

/** Hear what the leading tab says, for as long as it says something; ends by the signal, or throws. */
export async function follow(following: Following, signal: AbortSignal): Promise<never> {
  const { tabs } = following;
  const inbox = new Inbox<LeaderMessage>();
  const patience = new Patience(following);
  tabs.hearWith((message) => {
    patience.heard();
    inbox.put(message);
  });
  patience.ask();
  try {
    for (;;) await hear(following, await abortable(inbox.take(), signal), signal);
  } finally {
    patience.stop();
    tabs.hearWith(() => undefined);
  }
}

async function hear(following: Following, message: LeaderMessage, signal: AbortSignal): Promise<void> {
  following.heard();
  if (message.kind === "lead") following.mirror(message.connection);
  if (message.era === null) return;
  if (message.era !== following.era || following.cursor.position === null) await enter(following, message, signal);
  following.requests.epoch = message.epoch;
  if (message.kind === "event") await following.cursor.accept(message.event, message.name, signal);
  else await following.cursor.catchUp(reached(message), signal);
  following.show({});
}

function reached(message: LeaderMessage): number {
  if (message.kind === "lead") return message.position ?? 0;
  return message.kind === "state" ? message.state.position : message.event.position;
}

/** Is the leading tab further on in the log that this one knows? Then it has begun anew, and the log has not. */
function isAhead(message: LeaderMessage, { cursor, requests }: Following): boolean {
  const { position } = cursor;
  return (
    position !== null && requests.epoch !== null && message.epoch === requests.epoch && position <= reached(message)
  );
}

/** This tab has no position, or one that a reset has made meaningless: begin where the leading tab is, or later. */
async function enter(following: Following, message: LeaderMessage, signal: AbortSignal): Promise<void> {
  if (isAhead(message, following)) {
    following.era = message.era;
    return;
  }
  if (message.kind === "state") following.begin(message.state.position, message.state.summary);
  else await beginWithSummary(following, signal);
  // Only now: an attempt that failed on the way has to begin again.
  following.era = message.era;
}

/** Notices that the leading tab is frozen, which the browser does not tell. */
class Patience {
  readonly #environment: StreamEnvironment;
  readonly #following: Following;
  readonly #tabs: Tabs;
  #timer: unknown;

  constructor(following: Following) {
    this.#environment = following.environment;
    this.#following = following;
    this.#tabs = following.tabs;
  }

  ask(): void {
    this.#tabs.post({ kind: "ask", follow: this.#following.follows(), wake: this.#following.takeWish() });
    this.#wait(PATIENCE_MS, () => this.#tabs.takeLead());
  }

  heard(): void {
    // Drawn, so that not all tabs ask at once.
    this.#wait(QUIET_MS * (1 + this.#environment.random() / 4), () => this.ask());
  }

  stop(): void {
    this.#environment.clearTimeout(this.#timer);
  }

  #wait(ms: number, then: () => void): void {
    this.stop();
    this.#timer = this.#environment.setTimeout(then, ms);
  }
}

/** Keeps what comes while an earlier message is still being worked on. */
class Inbox<Message> {
  readonly #messages: Message[] = [];
  #wake: () => void = () => undefined;

  put(message: Message): void {
    this.#messages.push(message);
    this.#wake();
  }

  async take(): Promise<Message> {
    while (this.#messages.length === 0) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#messages.shift() as Message;
  }
}
