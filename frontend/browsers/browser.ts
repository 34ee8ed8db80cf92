/** A page of a browser, as far as a scenario needs it; elements are named by CSS selectors. */
export interface Tab {
  open(url: string): Promise<void>;
  /** The value of a JavaScript expression in the page, awaited; it must be JSON. */
  run(expression: string): Promise<unknown>;
  click(selector: string): Promise<void>;
  type(selector: string, text: string): Promise<void>;
  /** The page's own size; a browser with a window may keep it larger. */
  resize(size: { width: number; height: number }): Promise<void>;
  /** A PNG of what is seen. */
  screenshot(path: string): Promise<void>;
  close(): Promise<void>;
}

/** A browser that was started for this run; its tabs share one profile. */
export interface Browser {
  newTab(): Promise<Tab>;
  close(): Promise<void>;
}

/** One column of the table. */
export interface BrowserKind {
  readonly name: string;
  /** Programs it needs and the Debian packages they come in. */
  readonly needs: Readonly<Record<string, string>>;
  launch(): Promise<Browser>;
}
