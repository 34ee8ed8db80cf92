const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";
const SCRIPT_MS = 30_000;

/** A session of a WebDriver server, https://www.w3.org/TR/webdriver2/; as much of it as is used. */
export class WebDriver {
  readonly #session: string;

  private constructor(session: string) {
    this.#session = session;
  }

  static async open(server: string, capabilities: object): Promise<WebDriver> {
    const asked = { capabilities: { alwaysMatch: capabilities } };
    const { sessionId } = (await call("POST", `${server}/session`, asked)) as { sessionId: string };
    const driver = new WebDriver(`${server}/session/${sessionId}`);
    await driver.#post("/timeouts", { script: SCRIPT_MS });
    return driver;
  }

  currentWindow = async () => (await call("GET", `${this.#session}/window`)) as string;
  newWindow = async () => ((await this.#post("/window/new", { type: "window" })) as { handle: string }).handle;
  switchTo = async (handle: string) => void (await this.#post("/window", { handle }));
  resize = async (size: { width: number; height: number }) =>
    void (await this.#post("/window/rect", { x: 0, y: 0, ...size }));
  open = async (url: string) => void (await this.#post("/url", { url }));
  screenshot = async () => (await call("GET", `${this.#session}/screenshot`)) as string;
  closeWindow = async () => void (await call("DELETE", `${this.#session}/window`));
  close = async () => void (await call("DELETE", this.#session));

  async run(expression: string): Promise<unknown> {
    const script = `
      const done = arguments[arguments.length - 1];
      Promise.resolve().then(() => (${expression})).then(
        (value) => done({ value: value === undefined ? null : value }),
        (error) => done({ error: String(error) }),
      );`;
    const answer = (await this.#post("/execute/async", { script, args: [] })) as { value?: unknown; error?: string };
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer.value;
  }

  async click(selector: string): Promise<void> {
    await this.#post(`/element/${await this.#element(selector)}/click`, {});
  }

  async type(selector: string, text: string): Promise<void> {
    await this.#post(`/element/${await this.#element(selector)}/value`, { text });
  }

  async #element(selector: string): Promise<string> {
    const found = (await this.#post("/element", { using: "css selector", value: selector })) as Record<string, string>;
    return found[ELEMENT] ?? "";
  }

  #post(path: string, body: object): Promise<unknown> {
    return call("POST", this.#session + path, body);
  }
}

async function call(method: string, url: string, body?: object): Promise<unknown> {
  const response = await fetch(url, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "Content-Type": "application/json" } }),
  });
  const { value } = (await response.json()) as { value: unknown };
  if (!response.ok) throw new Error(`${method} ${new URL(url).pathname}: ${JSON.stringify(value).slice(0, 300)}`);
  return value;
}
