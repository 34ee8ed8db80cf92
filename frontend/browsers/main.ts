import { mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { accessibility } from "./accessibility";
import type { BrowserKind } from "./browser";
import { desktop, phone } from "./chromium";
import { flag, hidden, offline, restart, tabs } from "./connection";
import { firefox } from "./firefox";
import { journey } from "./journey";
import type { Page } from "./page";
import { programPath } from "./programs";
import { quality } from "./quality";
import { Server } from "./server";
import { type Scenario, Stage } from "./stage";
import { type Outcome, table } from "./table";
import { webkit } from "./webkit";

const KINDS = chosen([desktop, phone, firefox, webkit], process.env["ONLY"]);
const SCENARIOS = chosen(
  [journey, tabs, offline, hidden, restart, flag, accessibility, quality],
  process.env["SCENARIOS"],
);
/** A folder for pictures of the journey, from here; empty: none are taken. */
const PICTURES = process.env["PICTURES"] ?? "";
const REPORT = join("..", "bench", "results", "browsers.md");

async function main(): Promise<number> {
  const packages = missingPackages();
  if (packages.length > 0) {
    console.error(`Not every browser is installed. On Debian: apt-get install ${packages.join(" ")}`);
    return 1;
  }
  const outcomes: Outcome[] = [];
  for (const kind of KINDS) outcomes.push(...(await tried(kind)));
  const report = table(outcomes);
  console.log(`\n${report}`);
  if (process.env["ONLY"] === undefined && process.env["SCENARIOS"] === undefined) {
    mkdirSync(join(REPORT, ".."), { recursive: true });
    writeFileSync(REPORT, `# The portal in browsers, by \`make browsers\`\n\n${report}\n`);
  }
  return outcomes.every(({ problem }) => problem === null) ? 0 : 1;
}

function chosen<Named extends { readonly name: string }>(all: readonly Named[], names: string | undefined): Named[] {
  const wanted = names?.split(",");
  const unknown = wanted?.filter((name) => !all.some((one) => one.name === name)) ?? [];
  if (unknown.length > 0)
    throw new Error(`There is no ${unknown.join(", ")}; there are ${all.map(({ name }) => name).join(", ")}.`);
  return all.filter(({ name }) => wanted?.includes(name) ?? true);
}

function missingPackages(): string[] {
  const needs = KINDS.flatMap((kind) => Object.entries(kind.needs));
  return [...new Set(needs.filter(([name]) => programPath(name) === null).map(([, debian]) => debian))];
}

async function tried(kind: BrowserKind): Promise<Outcome[]> {
  const log = join(tmpdir(), `curaway-browsers-${kind.name}.log`);
  console.log(`${kind.name}: starting a server (its log: ${log})`);
  const server = await Server.start(log);
  try {
    const program = await kind.launch();
    try {
      const stage = new Stage({ name: kind.name, program, server, picture: (page, name) => picture(kind, page, name) });
      const outcomes: Outcome[] = [];
      for (const scenario of SCENARIOS) outcomes.push(await played(stage, scenario));
      return outcomes;
    } finally {
      await program.close();
    }
  } finally {
    await server.stop();
  }
}

async function played(stage: Stage, scenario: Scenario): Promise<Outcome> {
  const began = Date.now();
  const { violations } = stage.server.network;
  let problem: string | null = null;
  try {
    await scenario.play(stage);
    if (violations.length > 0)
      throw new Error(`The content security policy was violated:\n  ${violations.join("\n  ")}`);
  } catch (error) {
    problem = (error as Error).message;
  }
  violations.length = 0;
  await stage.clear();
  const seconds = (Date.now() - began) / 1000;
  console.log(
    `  ${problem === null ? "ok  " : "FAIL"} ${scenario.name} (${seconds.toFixed(0)} s)${problem === null ? "" : `\n    ${problem}`}`,
  );
  return { browser: stage.browser, scenario: scenario.name, seconds, problem };
}

async function picture(kind: BrowserKind, page: Page, name: string): Promise<void> {
  if (PICTURES === "" || !kind.needs["chromium"]) return;
  mkdirSync(PICTURES, { recursive: true });
  await page.tab.screenshot(join(PICTURES, `portal-${kind.name === "phone" ? "phone" : "desktop"}-${name}.png`));
}

process.exitCode = await main();
