import { type BrowserContextOptions, chromium, devices } from "playwright-core";
import type { Browser, BrowserKind, Tab } from "./browser";
import { program } from "./programs";

const NEEDS = { chromium: "chromium" };
export const DESKTOP = { width: 1440, height: 900 };
export const PHONE = { width: 375, height: 812 };

export const desktop: BrowserKind = {
  name: "chromium",
  needs: NEEDS,
  launch: () => launched({ viewport: DESKTOP }),
};

/** Chromium's idea of a phone: touch, a mobile viewport, twice the pixels. */
export const phone: BrowserKind = {
  name: "phone",
  needs: NEEDS,
  launch: () => launched({ ...devices["Pixel 7"], viewport: PHONE, deviceScaleFactor: 2 }),
};

async function launched(options: BrowserContextOptions): Promise<Browser> {
  const browser = await chromium.launch({ executablePath: program("chromium"), args: ["--no-sandbox"] });
  const context = await browser.newContext({ locale: "en-GB", ...options });
  return {
    async newTab(): Promise<Tab> {
      const page = await context.newPage();
      return {
        open: async (url) => void (await page.goto(url)),
        run: (expression) => page.evaluate(expression),
        click: (selector) => page.click(selector),
        type: (selector, text) => page.fill(selector, text),
        resize: (size) => page.setViewportSize(size),
        screenshot: async (path) => void (await page.screenshot({ path, animations: "disabled" })),
        close: () => page.close({ runBeforeUnload: false }),
      };
    },
    close: () => browser.close(),
  };
}
