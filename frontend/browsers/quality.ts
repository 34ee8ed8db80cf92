import { expect } from "./expectation";
import { Portal } from "./portal";
import type { Scenario, Stage } from "./stage";

const VIEWS = ["chat", "record", "documents", "match", "consent"] as const;
const LOCALES = ["en", "es", "ar"] as const;
/** The smallest phones, and a screen of 1280 × 1024 that is enlarged four times. */
const SMALL = [
  { width: 375, height: 667 },
  { width: 320, height: 568 },
  { width: 320, height: 256 },
];

/** What Lighthouse asks of a page beside speed, each with its source; `make bench` and `npm run size` measure speed. */
export const quality: Scenario = {
  name: "quality",
  async play(stage) {
    const portal = await Portal.open(stage);
    const wrong = await complaints(portal, "sign-in", [...HEAD, ...FILES, ...LAYOUT]);
    await portal.signIn("maria");
    await portal.waitForDot("connected");
    for (const view of VIEWS) {
      await portal.go(view);
      wrong.push(...(await complaints(portal, view, LAYOUT)));
    }
    wrong.push(...(await whatIsCutOff(stage, portal)));
    expect(wrong.length === 0, `nothing is wrong with the pages:\n  ${wrong.join("\n  ")}`);
  },
};

/** On small screens, with the longest words in the header: those of a connection that is lost. */
async function whatIsCutOff({ server }: Stage, portal: Portal): Promise<string[]> {
  await portal.go("chat");
  // Without a network no language is fetched.
  for (const locale of LOCALES) await portal.speak(locale);
  server.network.lose();
  await portal.page.tab.run(`void dispatchEvent(new Event("online"))`);
  await portal.waitForDot("disconnected", { seconds: 60 });
  const wrong: string[] = [];
  for (const size of SMALL) {
    await portal.page.tab.resize(size);
    for (const locale of LOCALES) {
      await portal.speak(locale);
      wrong.push(...(await complaints(portal, `${size.width} × ${size.height}, ${locale}`, SMALL_LAYOUT)));
    }
  }
  return wrong;
}

/** A rule, and an expression for those who break it. */
interface Rule {
  readonly rule: string;
  readonly breakers: string;
}

const HEAD: readonly Rule[] = [
  {
    rule: "the page names its language, title and description, and lets people zoom",
    breakers: `[
      document.documentElement.lang || "no lang",
      document.title || "no title",
      document.querySelector('meta[name="description"]')?.content || "no description",
    ].filter((found) => found.startsWith("no "))
      .concat(/user-scalable\\s*=\\s*no|maximum-scale/.test(
        document.querySelector('meta[name="viewport"]')?.content ?? "maximum-scale") ? ["viewport"] : [])`,
  },
];

const LOADED = `performance.getEntriesByType("resource").filter(({ name }) => /\\.(js|css)$/.test(new URL(name).pathname))`;

const FILES: readonly Rule[] = [
  {
    rule: "nothing comes from another origin",
    breakers: `performance.getEntriesByType("resource").map(({ name }) => name)
      .filter((name) => !name.startsWith("data:") && new URL(name).origin !== location.origin)`,
  },
  {
    rule: "scripts and styles have a hash in their names",
    breakers: `${LOADED}.map(({ name }) => name).filter((name) => !/-[\\w-]{8}\\.(js|css)$/.test(name))`,
  },
  {
    rule: "scripts and styles come compressed",
    breakers: `${LOADED}.filter(({ encodedBodySize, decodedBodySize }) => decodedBodySize > 2000 && encodedBodySize >= decodedBodySize)
      .map(({ name }) => name)`,
  },
  {
    rule: "scripts and styles may be kept for ever (RFC 8246)",
    breakers: `Promise.all(${LOADED}.map(async ({ name }) => {
        const { headers } = await fetch(name, { method: "HEAD" });
        return /immutable/.test(headers.get("cache-control") ?? "") ? [] : [name];
      })).then((found) => found.flat())`,
  },
];

const SMALL_LAYOUT: readonly Rule[] = [
  {
    rule: "nothing that is to be pressed is cut off at the sides (WCAG 1.4.10)",
    breakers: `[...document.querySelectorAll(".shell :is(button, a[href], input, select, textarea):not(.skip)")]
      .filter((target) => target.checkVisibility())
      .filter((target) => {
        const { left, right } = target.getBoundingClientRect();
        return left < 0 || right > innerWidth;
      })
      .map((target) => target.outerHTML.slice(0, 140))`,
  },
  {
    rule: "what does not fit can be scrolled to (WCAG 1.4.10)",
    breakers: `[document.querySelector(".shell")]
      .filter((shell) => getComputedStyle(shell).overflowY === "hidden" && shell.scrollHeight > shell.clientHeight)
      .map((shell) => shell.scrollHeight + " px in " + shell.clientHeight)`,
  },
  {
    rule: "nothing lies on the field for messages",
    breakers: `[document.querySelector(".composer textarea")].filter((field) => {
        field.scrollIntoView({ block: "center" });
        const { x, y, width, height } = field.getBoundingClientRect();
        return !field.contains(document.elementFromPoint(x + width / 2, y + height / 2));
      })
      .map((field) => field.outerHTML.slice(0, 140))`,
  },
];

const LAYOUT: readonly Rule[] = [
  {
    rule: "nothing has to be scrolled sideways (WCAG 1.4.10)",
    breakers: `document.documentElement.scrollWidth > document.documentElement.clientWidth
      ? [document.documentElement.scrollWidth + " px in " + document.documentElement.clientWidth] : []`,
  },
  {
    // Links inside a sentence are excepted there. What reaches beyond its own box, as a card that is a button all over,
    // is asked for by points.
    rule: "what is to be pressed measures 24 by 24 px at the least (WCAG 2.5.8)",
    breakers: `[...document.querySelectorAll('button, a[href], input, select, textarea, [role="switch"], [tabindex="0"]')]
      .filter((target) => target.checkVisibility() && !target.closest("p, li > span, .visually-hidden"))
      .filter((target) => {
        const box = (target.closest("label") ?? target).getBoundingClientRect();
        if (box.width <= 1 || (box.width >= 24 && box.height >= 24)) return false;
        target.scrollIntoView({ block: "center" });
        const { x, y, width, height } = target.getBoundingClientRect();
        const reach = [[-12, 0], [12, 0], [0, -12], [0, 12]];
        return !reach.every(([dx, dy]) => target.contains(document.elementFromPoint(x + width / 2 + dx, y + height / 2 + dy)));
      })
      .map((target) => target.outerHTML.slice(0, 140))`,
  },
  {
    rule: "the layout has not jumped by more than 0.1 (Cumulative Layout Shift, where the browser tells it)",
    breakers: `PerformanceObserver.supportedEntryTypes.includes("layout-shift")
      ? new Promise((resolve) => {
          let shift = 0;
          const add = (entries) => { for (const { value, hadRecentInput } of entries) if (!hadRecentInput) shift += value; };
          const observer = new PerformanceObserver((list) => add(list.getEntries()));
          observer.observe({ type: "layout-shift", buffered: true });
          requestAnimationFrame(() => requestAnimationFrame(() => {
            add(observer.takeRecords());
            observer.disconnect();
            resolve(shift > 0.1 ? [shift.toFixed(3)] : []);
          }));
        })
      : []`,
  },
];

async function complaints({ page }: Portal, where: string, rules: readonly Rule[]): Promise<string[]> {
  const found: string[] = [];
  for (const { rule, breakers } of rules) {
    const breaking = (await page.tab.run(breakers)) as string[];
    found.push(...breaking.map((one) => `${where}: ${rule}: ${one}`));
  }
  return found;
}
