import { join } from "node:path";
import { expect } from "./expectation";
import { patientIdOf, Portal } from "./portal";
import type { Scenario, Stage } from "./stage";
import { until } from "./waiting";

const REPORT = {
  path: join("..", "tests", "data", "scanned-knee-report.pdf"),
  name: "scanned-knee-report.pdf",
  type: "application/pdf",
};
const SAID = "I have diabetes and mild hypertension, I take metformin 1000 mg twice daily";
const READING_SECONDS = 120;

/** From signing in to ranked hospitals; the page is never loaded again, and shows in the end what the server has. */
export const journey: Scenario = {
  name: "journey",
  async play(stage) {
    const portal = await Portal.open(stage);
    await stage.picture(portal.page, "sign-in");
    await portal.signIn("maria");
    await portal.waitForDot("connected");
    await portal.page.tab.run("window.isTheSamePage = true");
    await consent(portal);
    await upload(stage, portal);
    await talk(stage, portal);
    await match(stage, portal);
    expect(await portal.page.tab.run("window.isTheSamePage === true"), "the page was not loaded again");
    await showsWhatTheServerHas(stage, portal);
  },
};

async function consent(portal: Portal): Promise<void> {
  const { page, t } = portal;
  const { title } = t.consent.purposes.analytics;
  await portal.go("consent");
  await page.click("switch", title);
  await until(
    "the permission is given",
    async () => (await page.attribute("switch", title, "aria-checked")) === "true",
  );
}

async function upload(stage: Stage, portal: Portal): Promise<void> {
  const { page, t } = portal;
  const before = await percent(portal);
  await portal.go("chat");
  await portal.go("documents");
  const status = `document.querySelector('article[aria-label="${REPORT.name}"] .document-status span')?.textContent`;
  await page.record("status", status);
  await page.drop("button", t.documents.choose, REPORT);
  await page.waitForText("article", REPORT.name, new RegExp(t.documents.status.parsing), { seconds: 30 });
  await stage.picture(page, "document");
  await page.waitForText("article", REPORT.name, new RegExp(t.documents.status.analyzed), { seconds: READING_SECONDS });
  movedInOrder(await page.recorded("status"), t.documents.status);
  await portal.go("record");
  await page.waitForText("region", t.views.record, /osteoarthritis/i);
  await until("the progress has moved", async () => (await percent(portal)) > before);
}

function movedInOrder(seen: readonly string[], names: Portal["t"]["documents"]["status"]): void {
  const order = [names.uploaded, names.parsing, names.parsed, names.analyzing, names.analyzed];
  const places = seen.map((text) => order.findIndex((name) => text.startsWith(name))).filter((place) => place !== -1);
  const isSorted = places.every((place, index) => index === 0 || place >= (places[index - 1] ?? 0));
  const sawMost = [1, 4].every((place) => places.includes(place));
  expect(isSorted && sawMost, `the card moved from reading to the record, in order: ${seen.join(" → ")}`);
}

async function talk(stage: Stage, portal: Portal): Promise<void> {
  const { page, t } = portal;
  await portal.go("chat");
  await page.type("textbox", t.chat.label, SAID);
  await page.click("button", t.chat.send);
  await page.waitForText("log", t.chat.title, new RegExp(`${SAID}[\\s\\S]*${t.chat.agent}`), { seconds: 30 });
  await stage.picture(page, "chat");
  await portal.go("record");
  await page.waitForText("region", t.views.record, /metformin[\s\S]*1,?000 mg/i);
  await stage.picture(page, "record");
}

async function match(stage: Stage, portal: Portal): Promise<void> {
  const { page, t } = portal;
  await portal.go("match");
  await page.click("button", t.match.find);
  await page.see("heading", /hospitals? fits? you/, { seconds: 60 });
  const text = await page.text("region", t.views.match);
  const points = [...text.matchAll(/(\d+)\s+out of 100/g)].map(([, score]) => Number(score));
  expect(points.length > 0, "hospitals were found");
  expect(
    points.every((score, place) => place === 0 || score <= (points[place - 1] ?? 0)),
    `the best comes first: ${points.join(", ")}`,
  );
  await page.see("button", t.match.again);
  await stage.picture(page, "match");
}

async function showsWhatTheServerHas(stage: Stage, portal: Portal): Promise<void> {
  await portal.go("record");
  const fresh = await Portal.signedIn(stage, "maria");
  await fresh.go("record");
  await fresh.page.waitForText("region", fresh.t.views.record, /metformin/i);
  const texts = () => Promise.all([portal, fresh].map(({ page, t }) => page.text("region", t.views.record)));
  await until("what came live is what is loaded afresh", async () => {
    const [live, loaded] = await texts();
    return live === loaded;
  }).catch(async (late: Error) => {
    const [live = "", loaded = ""] = await texts();
    throw new Error(`${late.message}\n${differences(live, loaded)}`);
  });
  const positions = (await stage.server.api.events(patientIdOf("maria"))).map(({ position }) => position);
  expect(
    positions.every((position, index) => position === index + 1),
    "the log has no holes",
  );
}

/** How far the intake is, as the strip says it. */
async function percent({ page, t }: Portal): Promise<number> {
  const text = await page.text("complementary", t.intake.title);
  return Number(/(\d+)\s?%/.exec(text)?.[1] ?? Number.NaN);
}

function differences(live: string, loaded: string): string {
  const [lines, others] = [live.split("\n"), loaded.split("\n")];
  const differing = lines.flatMap((line, place) => (line === others[place] ? [] : [`${line} | ${others[place]}`]));
  return differing.slice(0, 10).join("\n");
}
