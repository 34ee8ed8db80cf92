/** How a scenario went in a browser; `problem` is null when it went well. */
export interface Outcome {
  readonly browser: string;
  readonly scenario: string;
  readonly seconds: number;
  readonly problem: string | null;
}

/** Browsers by scenarios, as Markdown. */
export function table(outcomes: readonly Outcome[]): string {
  const scenarios = [...new Set(outcomes.map(({ scenario }) => scenario))];
  const browsers = [...new Set(outcomes.map(({ browser }) => browser))];
  const cell = (browser: string, scenario: string) => {
    const outcome = outcomes.find((one) => one.browser === browser && one.scenario === scenario);
    if (outcome === undefined) return "not tried";
    return `${outcome.problem === null ? "ok" : "FAILED"}, ${outcome.seconds.toFixed(0)} s`;
  };
  const rows = browsers.map((browser) => [browser, ...scenarios.map((scenario) => cell(browser, scenario))]);
  const lines = [["browser", ...scenarios], scenarios.map(() => "---").concat("---"), ...rows];
  return lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
