import { setTimeout as pause } from "node:timers/promises";
import { expect } from "./expectation";
import { Playground } from "./playground";
import { patientIdOf, Portal } from "./portal";
import type { Scenario, Stage } from "./stage";
import { until } from "./waiting";

/** Not Maria: made-up events would show in her record. */
const WHO = "grace";
const PATIENT = patientIdOf(WHO);

interface Pair {
  readonly portal: Portal;
  readonly playground: Playground;
}

async function open(stage: Stage): Promise<Pair> {
  const portal = await Portal.signedIn(stage, WHO);
  await portal.watchDot();
  return { portal, playground: await Playground.open(stage, WHO) };
}

async function head({ server }: Stage): Promise<number> {
  return (await server.api.events(PATIENT)).length;
}

/** Any number of tabs hold one stream, and when its tab is closed another goes on. */
export const tabs: Scenario = {
  name: "tabs",
  async play(stage) {
    const { portal, playground } = await open(stage);
    const second = await Portal.signedIn(stage, WHO);
    await until("three tabs hold one stream", async () => stage.server.network.openStreams === 1);
    await stage.server.api.emit(PATIENT, 5);
    await playground.hasHeardUpTo(await head(stage));
    await portal.close();
    await stage.server.api.emit(PATIENT, 5);
    await playground.hasHeardUpTo(await head(stage));
    await until("two tabs hold one stream", async () => stage.server.network.openStreams === 1);
    await second.waitForDot("connected");
    await stage.picture(playground.page, "playground");
  },
};

/** A network that was lost and is back. */
export const offline: Scenario = {
  name: "offline",
  async play(stage) {
    const { portal, playground } = await open(stage);
    stage.server.network.lose();
    await portal.waitForDot("reconnecting");
    await stage.server.api.emit(PATIENT, 3);
    await pause(2000);
    stage.server.network.restore();
    for (const { page } of [portal, playground]) await page.tab.run(`void dispatchEvent(new Event("online"))`);
    await portal.waitForDot("connected");
    await playground.hasHeardUpTo(await head(stage));
  },
};

/** A tab that was out of sight while its stream died without an error, as phones do it. */
export const hidden: Scenario = {
  name: "hidden",
  async play(stage) {
    const { portal, playground } = await open(stage);
    const pages = [portal.page, playground.page];
    for (const page of pages) await page.tab.run(turned("hidden"));
    stage.server.network.silence();
    await stage.server.api.emit(PATIENT, 3);
    await pause(6000);
    for (const page of pages) await page.tab.run(turned("visible"));
    await playground.hasHeardUpTo(await head(stage), { seconds: 10 });
    await portal.waitForDot("connected");
  },
};

function turned(state: "hidden" | "visible"): string {
  return `(() => {
    Object.defineProperty(document, "visibilityState", { configurable: true, get: () => "${state}" });
    document.dispatchEvent(new Event("visibilitychange"));
  })()`;
}

/** The server dies in the middle of events and comes back. */
export const restart: Scenario = {
  name: "restart",
  async play(stage) {
    const { portal, playground } = await open(stage);
    await whileEmitting(stage, async () => {
      await pause(1500);
      stage.server.kill();
      await portal.waitForDot("reconnecting");
      await stage.server.isReady();
      await portal.waitForDot("connected", { seconds: 60 });
      await pause(1500);
    });
    await playground.hasHeardUpTo(await head(stage));
    const dots = await portal.dots();
    expect(
      dots.at(0) === "connected" && dots.at(-1) === "connected",
      `the dot was green, and is again: ${dots.join(", ")}`,
    );
    expect(dots.includes("reconnecting"), `the dot was amber in between: ${dots.join(", ")}`);
  },
};

/** One made-up event after the other for as long as `act` takes. */
async function whileEmitting({ server }: Stage, act: () => Promise<void>): Promise<void> {
  const stop = new AbortController();
  const emitting = (async () => {
    while (!stop.signal.aborted) {
      // While the server is dead there is nobody to record it.
      await server.api.emit(PATIENT, 1).catch(() => undefined);
      await pause(100);
    }
  })();
  await act().finally(() => stop.abort());
  await emitting;
}

/** Streaming is switched off while people look, and on again. */
export const flag: Scenario = {
  name: "flag",
  async play(stage) {
    const { portal, playground } = await open(stage);
    stage.server.turnStreaming("off");
    try {
      await portal.waitForDot("polling", { seconds: 60 });
      await until("nobody holds a stream", async () => stage.server.network.openStreams === 0);
      await stage.server.api.emit(PATIENT, 3);
      await playground.hasHeardUpTo(await head(stage), { seconds: 30 });
    } finally {
      stage.server.turnStreaming("on");
    }
    await portal.waitForDot("connected", { seconds: 120 });
    await stage.server.api.emit(PATIENT, 3);
    await playground.hasHeardUpTo(await head(stage));
  },
};
