import type { Locale } from "../src/i18n/locale";
import { expect } from "./expectation";
import { Playground } from "./playground";
import { Portal } from "./portal";
import type { Scenario, Stage } from "./stage";

const LOCALES: readonly Locale[] = ["en", "es", "ar"];
const VIEWS = ["chat", "record", "documents", "match", "consent"] as const;

/** axe-core finds nothing on any screen, in any language. */
export const accessibility: Scenario = {
  name: "axe",
  async play(stage) {
    const found: string[] = [];
    const look = async (where: string, { page }: { page: Portal["page"] }) => {
      found.push(...(await page.complaints()).map((complaint) => `${where}: ${complaint}`));
    };
    for (const locale of LOCALES) await lookEverywhere(stage, locale, look);
    await look("playground", await Playground.open(stage, "grace"));
    expect(found.length === 0, `axe finds nothing:\n  ${found.join("\n  ")}`);
  },
};

type Look = (where: string, portal: Portal) => Promise<void>;

async function lookEverywhere(stage: Stage, locale: Locale, look: Look): Promise<void> {
  const portal = await Portal.open(stage);
  await portal.speak(locale);
  await look(`${locale}, sign-in`, portal);
  await portal.signIn("maria");
  await portal.waitForDot("connected");
  for (const view of VIEWS) {
    await portal.go(view);
    await look(`${locale}, ${view}`, portal);
    if (locale === "ar" && view === "match") await stage.picture(portal.page, "arabic");
  }
  await portal.close();
  const refused = await Portal.open(stage);
  await refused.speak(locale);
  await refused.signIn("aisha");
  await refused.page.see("heading", refused.t.problems.quarantinedTitle);
  await look(`${locale}, quarantined`, refused);
  await refused.close();
}
