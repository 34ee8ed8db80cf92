import type { Page } from "./page";
import { patientIdOf, type Persona } from "./portal";
import type { Stage } from "./stage";
import { until } from "./waiting";

/** The playground in one tab: it says which events the hook has handed on. */
export class Playground {
  readonly #page: Page;

  private constructor(page: Page) {
    this.#page = page;
  }

  static async open(stage: Stage, persona: Persona): Promise<Playground> {
    const page = await stage.newPage();
    await page.open(`${stage.server.url}/playground`);
    await page.select("Patient", patientIdOf(persona));
    const playground = new Playground(page);
    await until("the playground is connected", async () => (await playground.#status()) === "connected");
    return playground;
  }

  get page(): Page {
    return this.#page;
  }

  async position(): Promise<number> {
    return Number(await this.#fact("Position"));
  }

  /** Everything up to `head` was heard, nothing is missing and nothing came twice. */
  async hasHeardUpTo(head: number, patience: { seconds?: number } = {}): Promise<void> {
    await until(`the playground has heard up to ${head}`, async () => (await this.position()) >= head, patience);
    const [position, faults] = [await this.position(), await this.#fact("Missing or doubled")];
    if (position !== head || faults !== "none")
      throw new Error(`At ${position} of ${head}; missing or doubled: ${faults}`);
  }

  close(): Promise<void> {
    return this.#page.tab.close();
  }

  async #status(): Promise<string> {
    return (await this.#page.tab.run(`document.querySelector(".status")?.dataset.status ?? ""`)) as string;
  }

  async #fact(name: string): Promise<string> {
    return (await this.#page.tab.run(
      `[...document.querySelectorAll("dt")].find((term) => term.textContent === "${name}")?.nextElementSibling.textContent ?? ""`,
    )) as string;
  }
}
