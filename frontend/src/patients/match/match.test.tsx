import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { FakeServer } from "../../app/testing/FakeServer";
import { expectAccessible, mount, mountPlain } from "../../app/testing/mount";
import { consents, match, provider } from "../../app/testing/people";
import { MatchCard } from "./MatchCard";
import { MatchOutcome } from "./MatchOutcome";
import { MatchStages } from "./MatchStages";
import { MatchView } from "./MatchView";

describe("a hospital", () => {
  it("is shown with its place, its score, its reasons and what to keep in mind", async () => {
    const { container } = await mountPlain(<MatchCard provider={provider()} />);
    const card = within(screen.getByRole("article", { name: "Saffron Field" }));
    for (const text of [
      "No. 1",
      "82 out of 100",
      "India",
      "$6,900 – $8,800",
      "97%",
      "about 18.5 h",
      "in about 28 days",
    ])
      expect(card.getByText(text, { exact: false })).toBeInTheDocument();
    expect(card.getByText(/1,140 times a year/)).toBeVisible();
    expect(card.getByText("Prices are estimates.")).toBeVisible();
    await expectAccessible(container);
  });

  it("says nothing of a flight that is not known", async () => {
    await mountPlain(<MatchCard provider={provider({ flight_hours: null })} />);
    expect(screen.queryByText("Flight")).toBeNull();
  });

  it("says what the score is made of as a table, and draws it", async () => {
    const { container } = await mountPlain(<MatchCard provider={provider()} />);
    await userEvent.click(screen.getByText("How the score is made"));
    const table = screen.getByRole("table", { name: "Scores by what was compared" });
    const rows = within(table).getAllByRole("row").slice(1);
    expect(rows.map((row) => row.textContent)).toEqual(["Medical experience100", "Results80", "Cost50"]);
    const bars = [...container.querySelectorAll(".factor-bar")].map((bar) => bar.getAttribute("width"));
    expect(bars).toEqual(["100", "80", "50"]);
  });

  it("draws its bars from the right in Arabic", async () => {
    const { container } = await mountPlain(<MatchCard provider={provider()} />, { locale: "ar" });
    const bars = [...container.querySelectorAll(".factor-bar")].map((bar) => bar.getAttribute("x"));
    expect(bars).toEqual(["0", "20", "50"]);
  });
});

describe("a search without a hospital", () => {
  it("names what is missing when too little is known", async () => {
    const gated = match({
      status: "gated",
      providers: [],
      confidence: 0.3,
      message: "Tell us a little more.",
      missing: [{ category: "procedure", label: "which procedure you need" }],
    });
    const { container } = await mountPlain(<MatchOutcome match={gated} />);
    expect(screen.getByRole("heading", { name: "We need to know a little more first" })).toBeVisible();
    expect(screen.getByText("which procedure you need")).toBeVisible();
    expect(screen.getByText("Your record is 30% complete")).toBeVisible();
    await expectAccessible(container);
  });

  it("says what to try when nobody fits", async () => {
    await mountPlain(<MatchOutcome match={match({ providers: [], suggestions: ["Consider another country."] })} />);
    expect(screen.getByRole("heading", { name: "Nobody fits yet" })).toBeVisible();
    expect(screen.getByText("Consider another country.")).toBeVisible();
  });

  it("says so when it did not finish", async () => {
    await mountPlain(<MatchOutcome match={match({ status: "failed", providers: [], message: "Please try again." })} />);
    expect(screen.getByRole("heading", { name: "This search did not finish." })).toBeVisible();
  });
});

it("shows a search stage by stage", async () => {
  const open = { id: "m", status: "requested", stage: "filter", providers: 9 };
  const { container } = await mountPlain(<MatchStages open={open} />);
  expect(screen.getAllByRole("listitem").map((stage) => stage.dataset["state"])).toEqual([
    "done",
    "done",
    "now",
    "later",
  ]);
  expect(screen.getByText("9 hospitals")).toBeVisible();
  await expectAccessible(container);
});

describe("the hospitals' view", () => {
  const view = (server: FakeServer, search = { isSearching: false, find: vi.fn() }) =>
    mount(server.install(), <MatchView search={search} onOpenConsents={vi.fn()} />);

  it("invites to the first search", async () => {
    const find = vi.fn();
    const { container } = await view(new FakeServer(), { isSearching: false, find });
    expect(await screen.findByText(/No search yet/)).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Find hospitals" }));
    expect(find).toHaveBeenCalledOnce();
    await expectAccessible(container);
  });

  it("shows the newest search, and the earlier ones folded", async () => {
    const server = new FakeServer();
    server.matches = [match(), match({ id: "mat_0", providers: [], created_at: "2026-01-01T00:00:00Z" })];
    const { container } = await view(server);
    expect(await screen.findByRole("heading", { name: "1 hospital fits you" })).toBeVisible();
    expect(screen.getByRole("heading", { name: "Earlier searches" })).toBeVisible();
    expect(screen.getByText(/Search of/).closest("details")).not.toHaveAttribute("open");
    await expectAccessible(container);
  });

  it("does not search twice at once", async () => {
    const find = vi.fn();
    await view(new FakeServer(), { isSearching: true, find });
    await userEvent.click(await screen.findByRole("button", { name: "Searching…" }));
    expect(find).not.toHaveBeenCalled();
  });

  it("says which permission it needs", async () => {
    const server = new FakeServer();
    server.consents = consents({ without: ["cross_border_transfer"] });
    await view(server);
    expect(await screen.findByText(/To search abroad, please allow/)).toBeVisible();
    expect(screen.getByRole("button", { name: "Find hospitals" })).toBeDisabled();
  });
});
