import { readFileSync } from "node:fs";
import type { Tab } from "./browser";
import { until } from "./waiting";

const QUERIES = readFileSync("node_modules/@testing-library/dom/dist/@testing-library/dom.umd.min.js", "utf8");
const AXE = readFileSync("node_modules/axe-core/axe.min.js", "utf8");

/** A name in full, or a part of it as an expression. */
type Name = string | RegExp;

interface Patience {
  readonly seconds?: number;
}

/** A tab as a person with a screen reader knows it: by roles and names. Everything waits for what it names. */
export class Page {
  readonly tab: Tab;
  #marks = 0;

  constructor(tab: Tab) {
    this.tab = tab;
  }

  async open(url: string): Promise<void> {
    await this.tab.open(url);
    await this.tab.run(script(QUERIES));
  }

  /** Returns a selector, good for as long as the page does not replace the element. */
  async see(role: string, name: Name, patience: Patience = {}): Promise<string> {
    const mark = `${Date.now()}-${++this.#marks}`;
    await this.#with(role, name, `found.setAttribute("data-seen", "${mark}")`, patience);
    return `[data-seen="${mark}"]`;
  }

  async click(role: string, name: Name, patience: Patience = {}): Promise<void> {
    await this.tab.click(await this.see(role, name, patience));
  }

  async type(role: string, name: Name, text: string): Promise<void> {
    await this.tab.type(await this.see(role, name), text);
  }

  /** The text of what has this role and name, as it is laid out. */
  async text(role: string, name: Name): Promise<string> {
    return (await this.#with(role, name, "found.innerText")) as string;
  }

  async waitForText(role: string, name: Name, pattern: RegExp, patience: Patience = {}): Promise<string> {
    const look = async () => {
      const text = await this.text(role, name);
      return pattern.test(text) ? text : null;
    };
    return until(`${String(pattern)} in ${role} ${String(name)}`, look, patience);
  }

  async attribute(role: string, name: Name, attribute: string): Promise<string | null> {
    return (await this.#with(role, name, `found.getAttribute("${attribute}")`)) as string | null;
  }

  /** Choose an option of a list by its value. */
  async select(name: Name, value: string): Promise<void> {
    // React listens to the event and looks at the value that the prototype's setter has set.
    const set = `Object.getOwnPropertyDescriptor(HTMLSelectElement.prototype, "value").set.call(found, "${value}")`;
    await this.#with("combobox", name, `(${set}, found.dispatchEvent(new Event("change", { bubbles: true })))`);
  }

  /** Let a file fall on what contains the element of this role and name. */
  async drop(role: string, name: Name, file: { path: string; name: string; type: string }): Promise<void> {
    const bytes = readFileSync(file.path).toString("base64");
    const act = `(() => {
      const bytes = Uint8Array.from(atob("${bytes}"), (character) => character.charCodeAt(0));
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([bytes], "${file.name}", { type: "${file.type}" }));
      for (const kind of ["dragover", "drop"]) {
        found.dispatchEvent(new DragEvent(kind, { bubbles: true, cancelable: true, dataTransfer }));
      }
    })()`;
    await this.#with(role, name, act);
  }

  /** From now on, note every value that an expression takes as the page changes. */
  async record(name: string, expression: string): Promise<void> {
    await this.tab.run(`(() => {
      const values = ((window.recorded ??= {})["${name}"] = []);
      const look = () => {
        const value = ${expression};
        if (value != null && value !== values.at(-1)) values.push(value);
      };
      look();
      const everything = { subtree: true, childList: true, attributes: true, characterData: true };
      new MutationObserver(look).observe(document, everything);
    })()`);
  }

  async recorded(name: string): Promise<string[]> {
    return (await this.tab.run(`window.recorded["${name}"]`)) as string[];
  }

  /** What axe-core has against the page as it is, a sentence per kind. */
  async complaints(): Promise<string[]> {
    await this.tab.run(`"axe" in window ? null : ${script(AXE)}`);
    const told = `({ id, nodes }) => id + ": " + nodes.map(({ html }) => html.slice(0, 160)).join(" · ")`;
    return (await this.tab.run(`axe.run(document).then(({ violations }) => violations.map(${told}))`)) as string[];
  }

  /** Finds the element and evaluates an expression about it, `found`, in one step: the next one may replace it. */
  async #with(role: string, name: Name, expression: string, patience: Patience = {}): Promise<unknown> {
    const query = `TestingLibraryDom.queryAllByRole(document.body, "${role}", { name: ${literal(name)} })`;
    const step = `(() => {
      const [found] = ${query};
      if (found === undefined) return null;
      const value = ${expression};
      return { value: value === undefined ? null : value };
    })()`;
    const look = async () => (await this.tab.run(step)) as { value: unknown } | null;
    return (await until(`${role} ${String(name)}`, look, patience)).value;
  }
}

function literal(name: Name): string {
  return typeof name === "string" ? JSON.stringify(name) : String(name);
}

/** A library as an expression; evaluated by the driver, which the content security policy lets do that. */
function script(source: string): string {
  return `(function () {\n${source}\n}).call(globalThis)`;
}
