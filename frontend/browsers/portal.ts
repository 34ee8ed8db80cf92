import { ar } from "../src/i18n/ar";
import { en } from "../src/i18n/en";
import { es } from "../src/i18n/es";
import { LANGUAGES, type Locale } from "../src/i18n/locale";
import type { Page } from "./page";
import type { Stage } from "./stage";
import { until } from "./waiting";

const TEXTS = { en, es, ar };

type View = keyof typeof en.views;

const PERSONAS = { maria: "Maria Gonzalez", omar: "Omar Al Mansoori", grace: "Grace Whitfield", aisha: "Aisha Rahman" };
export type Persona = keyof typeof PERSONAS;
export const patientIdOf = (persona: Persona) => `demo-patient-${persona}-001`;

const DOT = `document.querySelector("[data-status]")?.getAttribute("data-status")`;

/** The portal in one tab, in one language. */
export class Portal {
  readonly page: Page;
  locale: Locale = "en";

  private constructor(page: Page) {
    this.page = page;
  }

  /** Opens the portal and speaks English with it. */
  static async open(stage: Stage): Promise<Portal> {
    const portal = new Portal(await stage.newPage());
    await portal.page.open(stage.server.url);
    await portal.speak("en");
    return portal;
  }

  static async signedIn(stage: Stage, persona: Persona): Promise<Portal> {
    const portal = await Portal.open(stage);
    await portal.signIn(persona);
    await portal.waitForDot("connected");
    return portal;
  }

  get t() {
    return TEXTS[this.locale];
  }

  async speak(locale: Locale): Promise<void> {
    const names = Object.keys(LANGUAGES).map((code) => TEXTS[code as Locale].app.language);
    await this.page.select(new RegExp(`^(${names.join("|")})$`), locale);
    this.locale = locale;
    await until(
      `the page is in ${locale}`,
      async () => (await this.page.tab.run("document.documentElement.lang")) === locale,
    );
  }

  async signIn(persona: Persona): Promise<void> {
    await this.page.click("button", this.t.signIn.as(PERSONAS[persona]));
  }

  /** To a section, by the rail or the bar below. */
  async go(view: View): Promise<void> {
    await this.page.click("button", this.t.views[view]);
    await this.page.see("heading", this.t.views[view]);
  }

  async watchDot(): Promise<void> {
    await this.page.record("dot", DOT);
  }

  dots(): Promise<string[]> {
    return this.page.recorded("dot");
  }

  /** By what a screen reader says of the dot. */
  async waitForDot(status: keyof typeof en.connection, patience: { seconds?: number } = {}): Promise<void> {
    const { label } = this.t.connection;
    await this.page.see("button", new RegExp(`^${label}: ${this.t.connection[status]}`), patience);
  }

  close(): Promise<void> {
    return this.page.tab.close();
  }
}
