import { type ChildProcess, spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import type { Browser, BrowserKind, Tab } from "./browser";
import { DESKTOP } from "./chromium";
import { freePort } from "./network";
import { program } from "./programs";
import { until } from "./waiting";
import { WebDriver } from "./webdriver";

const DISPLAYS = { first: 90, count: 400 };

/** The WebKit engine as GTK has it, in a window on a display that nobody sees; not Safari. */
export const webkit: BrowserKind = {
  name: "webkit",
  needs: { WebKitWebDriver: "webkit2gtk-driver", MiniBrowser: "webkit2gtk-driver", Xvfb: "xvfb" },
  async launch() {
    const display = `:${DISPLAYS.first + Math.floor(Math.random() * DISPLAYS.count)}`;
    const screen = `${DESKTOP.width}x${DESKTOP.height}x24`;
    const xvfb = spawn(program("Xvfb"), [display, "-screen", "0", screen, "-nolisten", "tcp"], { stdio: "ignore" });
    const port = await freePort();
    const driver = spawn(program("WebKitWebDriver"), [`--port=${port}`], {
      stdio: "ignore",
      env: {
        ...process.env,
        DISPLAY: display,
        LANGUAGE: "en",
        LIBGL_ALWAYS_SOFTWARE: "1",
        // Without a graphics card the window would stay empty.
        WEBKIT_DISABLE_DMABUF_RENDERER: "1",
      },
    });
    try {
      return await opened(port, [driver, xvfb]);
    } catch (error) {
      for (const process of [driver, xvfb]) process.kill();
      throw error;
    }
  },
};

async function opened(port: number, processes: readonly ChildProcess[]): Promise<Browser> {
  const options = { binary: program("MiniBrowser"), args: ["--automation"] };
  const session = await until("WebKitWebDriver answers", () =>
    WebDriver.open(`http://127.0.0.1:${port}`, { "webkitgtk:browserOptions": options }).catch((error: unknown) => {
      // Not listening yet; a session that it refuses is final.
      if (error instanceof TypeError) return null;
      throw error;
    }),
  );
  const first = await session.currentWindow();
  return {
    async newTab() {
      await session.switchTo(first);
      // The first window stays empty: when the last one is closed, the session ends.
      const handle = await session.newWindow();
      await session.switchTo(handle);
      await session.resize(DESKTOP);
      return tabOf(session, handle);
    },
    async close() {
      await session.close().catch(() => undefined);
      for (const process of processes) process.kill();
    },
  };
}

function tabOf(session: WebDriver, handle: string): Tab {
  const here = async <Answer>(act: () => Promise<Answer>) => {
    await session.switchTo(handle);
    return act();
  };
  return {
    open: (url) => here(() => session.open(url)),
    run: (expression) => here(() => session.run(expression)),
    click: (selector) => here(() => session.click(selector)),
    type: (selector, text) => here(() => session.type(selector, text)),
    resize: (size) => here(() => session.resize(size)),
    screenshot: (path) => here(async () => writeFile(path, Buffer.from(await session.screenshot(), "base64"))),
    close: () => here(() => session.closeWindow()),
  };
}
