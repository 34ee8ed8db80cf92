import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import { FakeServer } from "../../app/testing/FakeServer";
import { expectAccessible, mount } from "../../app/testing/mount";
import { consents } from "../../app/testing/people";
import { refusal } from "../../testing";
import { envelope, held } from "../../testing/answers";
import type { Purpose } from "../../api/types";
import { ConsentView } from "./ConsentView";

async function view(server = new FakeServer(), wanted: string | null = null) {
  const mounted = await mount(server.install(), <ConsentView wanted={wanted} />);
  await screen.findAllByRole("switch");
  return { ...mounted, server };
}

const health = () => screen.getByRole("switch", { name: "Process my health data" });
const analytics = () => screen.getByRole("switch", { name: "Help improve Curaway" });

describe("permissions", () => {
  it("are told apart by whether they are needed, each with what it is for", async () => {
    const { container } = await view();
    const needed = screen.getByRole("heading", { name: "Needed for your journey" }).closest("section");
    expect(within(needed as HTMLElement).getAllByRole("switch")).toHaveLength(3);
    expect(health()).toBeChecked();
    expect(health()).toHaveAccessibleDescription(/Read documents you upload/);
    expect(analytics()).not.toBeChecked();
    expect(screen.getAllByText("Privacy policy, version 2026-01")).not.toHaveLength(0);
    await expectAccessible(container);
  });

  it("are given under the policy's version that is shown", async () => {
    const { server } = await view();
    await userEvent.click(analytics());
    await waitFor(() => expect(analytics()).toBeChecked());
    expect(server.asked("POST /consent").map(({ body }) => body)).toEqual([
      { patient_id: "patient-1", policy_version: "2026-01", purpose: "analytics", granted: true },
    ]);
  });

  it("that are needed are only withdrawn when one is sure", async () => {
    const { server, container } = await view();
    await userEvent.click(health());
    expect(screen.getByRole("alertdialog")).toHaveAccessibleDescription(/Turn it off\?/);
    expect(screen.getByRole("button", { name: "Keep it on" })).toHaveFocus();
    await expectAccessible(container);
    await userEvent.keyboard("{Enter}");
    expect(health()).toHaveFocus();
    expect(server.asked("POST /consent")).toEqual([]);

    await userEvent.click(health());
    await userEvent.click(screen.getByRole("button", { name: "Turn off" }));
    await waitFor(() => expect(health()).not.toBeChecked());
    expect(server.asked("POST /consent")[0]?.body).toMatchObject({ granted: false });
  });

  it("keep the focus and say what they are now, and are decided once however often they are pressed", async () => {
    const { server } = await view();
    const kept = held(async () =>
      envelope({ id: "1", purpose: "analytics", granted: true, policy_version: "2026-01", created_at: "2026-01-02" }),
    );
    server.answer("POST /consent", kept.answer);
    analytics().focus();
    await userEvent.keyboard("  ");
    expect(analytics()).toHaveFocus();
    kept.release();
    expect(await screen.findByText("Help improve Curaway: Allowed")).toBeInTheDocument();
    expect(analytics()).toHaveFocus();
    expect(server.asked("POST /consent")).toHaveLength(1);
  });

  it("that this page has no words for are left out", async () => {
    const server = new FakeServer();
    const research = { purpose: "research" as Purpose, required: true, granted: false };
    server.consents = [...consents(), { ...research, policy_version: null, updated_at: null }];
    await view(server);
    expect(screen.getAllByRole("switch")).toHaveLength(6);
  });

  it("stay as they are when the server refuses", async () => {
    const server = new FakeServer();
    server.answer("POST /consent", refusal(500, { code: "INTERNAL_001" }));
    await view(server);
    await userEvent.click(analytics());
    expect(await screen.findByText(/Something went wrong on our side/)).toBeVisible();
    expect(analytics()).not.toBeChecked();
  });

  it("bring the one that is wanted to the reader", async () => {
    const server = new FakeServer();
    server.consents = consents({ without: ["provider_sharing"] });
    await view(server, "provider_sharing");
    expect(screen.getByRole("switch", { name: "Share my record with hospitals" })).toHaveFocus();
  });
});
