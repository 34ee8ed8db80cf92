import puppeteer from "puppeteer-core";
import type { BrowserKind } from "./browser";
import { DESKTOP } from "./chromium";
import { program } from "./programs";

/** Firefox over WebDriver BiDi. */
export const firefox: BrowserKind = {
  name: "firefox",
  needs: { "firefox-esr": "firefox-esr" },
  async launch() {
    const browser = await puppeteer.launch({
      browser: "firefox",
      executablePath: program("firefox-esr"),
      headless: true,
      extraPrefsFirefox: { "intl.accept_languages": "en-GB" },
    });
    return {
      async newTab() {
        const page = await browser.newPage();
        await page.setViewport(DESKTOP);
        return {
          open: async (url) => void (await page.goto(url)),
          run: (expression) => page.evaluate(expression),
          click: (selector) => page.click(selector),
          type: async (selector, text) => page.type(selector, text),
          resize: (size) => page.setViewport(size),
          screenshot: async (path) => void (await page.screenshot({ path: path as `${string}.png` })),
          close: () => page.close(),
        };
      },
      close: () => browser.close(),
    };
  },
};
