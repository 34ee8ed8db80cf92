import type { Browser } from "./browser";
import { Page } from "./page";
import type { Server } from "./server";

/** Where a scenario plays: a browser, and a server of its own. */
export class Stage {
  readonly browser: string;
  readonly server: Server;
  /** Keeps a picture under this name, where pictures are wanted. */
  readonly picture: (page: Page, name: string) => Promise<void>;
  readonly #program: Browser;
  readonly #open = new Set<Page>();

  constructor(parts: { name: string; program: Browser; server: Server; picture: Stage["picture"] }) {
    this.browser = parts.name;
    this.#program = parts.program;
    this.server = parts.server;
    this.picture = parts.picture;
  }

  async newPage(): Promise<Page> {
    const page = new Page(await this.#program.newTab());
    this.#open.add(page);
    return page;
  }

  /** Nothing of a scenario is left for the next one. */
  async clear(): Promise<void> {
    this.server.network.restore();
    for (const page of this.#open) await page.tab.close().catch(() => undefined);
    this.#open.clear();
  }
}

export interface Scenario {
  readonly name: string;
  play(stage: Stage): Promise<void>;
}
