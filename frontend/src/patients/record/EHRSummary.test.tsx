import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { FakeServer } from "../../app/testing/FakeServer";
import { expectAccessible, mount } from "../../app/testing/mount";
import { entry } from "../../app/testing/people";
import { refusal } from "../../testing";
import { EHRSummary } from "./EHRSummary";

const knee = entry({
  display: "Unilateral primary osteoarthritis, right knee",
  code: "M17.11",
  laterality: "right",
  stage: "Kellgren-Lawrence grade 4",
});

async function record(server: FakeServer) {
  const mounted = await mount(server.install(), <EHRSummary />);
  await screen.findByRole("heading", { name: /About you/ });
  return mounted;
}

describe("the record", () => {
  it("says who the patient is, and that they said so", async () => {
    await record(new FakeServer());
    expect(screen.getByText("Maria Gonzalez")).toBeVisible();
    expect(screen.getByText("Apr 12, 1961")).toBeVisible();
    expect(screen.getByText("United States")).toBeVisible();
    expect(screen.getByText("told by you")).toBeVisible();
  });

  it("invites when it is empty", async () => {
    const { container } = await record(new FakeServer());
    expect(screen.getByText(/Nothing here yet/)).toBeVisible();
    await expectAccessible(container);
  });

  it("shows each finding with its code, its source and how sure it is", async () => {
    const { container } = await record(new FakeServer({ conditions: [knee] }));
    const section = within(screen.getByRole("region", { name: /Conditions/ }));
    expect(section.getByText(knee.display)).toBeVisible();
    expect(section.getByText("M17.11")).toBeVisible();
    expect(section.getByText("Kellgren-Lawrence grade 4")).toBeVisible();
    expect(section.getByText("from a document")).toBeVisible();
    expect(section.getByText("95% sure")).toBeVisible();
    expect(section.queryByText("right")).toBeNull();
    await expectAccessible(container);
  });

  it("shows doses, measurements and their ranges", async () => {
    const metformin = entry({ display: "metformin", dose_value: 1000, dose_unit: "mg", times_per_day: 2 });
    const glucose = entry({ display: "Glucose", value: 7.9, unit: "mmol/L", low: 4, high: 6, interpretation: "H" });
    const pressure = entry({
      display: "Blood pressure",
      components: [{ display: "Systolic", value: 140, unit: "mm[Hg]" }],
      effective: "2026-01",
    });
    await record(new FakeServer({ medications: [metformin], observations: [glucose, pressure] }));
    for (const text of ["1,000 mg", "2 times a day", "7.9 mmol/L", "usual range 4–6", "High", "Systolic: 140 mmHg"]) {
      expect(screen.getByText(text)).toBeVisible();
    }
    expect(screen.getByText("January 2026")).toBeVisible();
  });

  it("flags what sources disagree about", async () => {
    const penicillin = entry({ display: "penicillin", conflict: true, severity: "severe", source: "chat" });
    await record(new FakeServer({ allergies: [penicillin] }));
    expect(screen.getByText("Sources disagree")).toBeVisible();
    expect(screen.getByText(/The more reliable one is shown/)).toBeVisible();
    expect(screen.getByText("from the conversation")).toBeVisible();
  });

  it("shows the patient's wishes", async () => {
    const wish = { key: "destination", value: ["India", "Spain"], source: "self_report", confidence: 1 } as const;
    await record(new FakeServer({ preferences: [wish] }));
    expect(screen.getByText("India and Spain")).toBeVisible();
  });

  it("says that it is loading, and when it could not be loaded", async () => {
    const server = new FakeServer().install();
    server.answer("GET /summary", refusal(404, { code: "PATIENT_NOT_FOUND_001" }));
    const { container } = await mount(server, <EHRSummary />);
    expect(screen.getByText("Loading…")).toBeInTheDocument();
    const alert = await screen.findByText("Your record could not be loaded.");
    expect(alert.closest("[role=alert]")).toHaveTextContent(/Reference for support: web-[0-9a-f]+/);
    await expectAccessible(container);
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByText("Maria Gonzalez")).toBeVisible();
  });
});
