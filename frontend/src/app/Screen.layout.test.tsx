import { act, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { FakeServer } from "./testing/FakeServer";
import { expectAccessible, mountScreen } from "./testing/mount";

let server: FakeServer;

beforeEach(() => {
  server = new FakeServer().install();
});

async function arrive(options?: Parameters<typeof mountScreen>[1]) {
  const mounted = await mountScreen(server, options);
  await waitFor(() => expect(mounted.container.querySelector("[data-status=connected]")).not.toBeNull());
  await screen.findByRole("log");
  return mounted;
}

const field = () => screen.getByRole("textbox", { name: "Your message" });

describe("the screen", () => {
  it("has its landmarks, one main heading, and a way past the sections", async () => {
    const { container } = await arrive();
    for (const role of ["banner", "navigation", "complementary"]) expect(screen.getByRole(role)).toBeVisible();
    expect(within(screen.getByRole("main")).getByRole("log")).toBeVisible();
    expect(screen.getAllByRole("heading", { level: 1 })).toHaveLength(1);
    await userEvent.tab();
    expect(screen.getByRole("link", { name: "Skip to the conversation" })).toHaveFocus();
    await userEvent.keyboard("{Enter}");
    expect(screen.getByRole("heading", { name: "Messages" })).toHaveFocus();
    await expectAccessible(container);
  });

  it("brings each section to the reader, and says which one it is", async () => {
    await arrive();
    for (const name of ["My record", "Documents", "Hospitals", "Permissions", "Messages"]) {
      const button = screen.getByRole("button", { name });
      await userEvent.click(button);
      await waitFor(() => expect(screen.getByRole("heading", { name, level: 2 })).toHaveFocus());
      expect(button).toHaveAttribute("aria-current", "page");
    }
  });

  it("keeps a draft while another section is looked at", async () => {
    await arrive();
    await userEvent.type(field(), "I wonder");
    await userEvent.click(screen.getByRole("button", { name: "Hospitals" }));
    await userEvent.click(screen.getByRole("button", { name: "Messages" }));
    expect(field()).toHaveValue("I wonder");
  });

  it("reads from right to left in Arabic, by the patient's own locale", async () => {
    server.summary = { ...server.summary, demographics: { ...server.summary.demographics, locale: "ar" } };
    const { container } = await arrive();
    expect(await screen.findByRole("heading", { name: "سجلي" })).toBeVisible();
    expect(document.documentElement).toHaveAttribute("dir", "rtl");
    expect(document.documentElement).toHaveAttribute("lang", "ar");
    await expectAccessible(container);
  });

  it("is replaced by what the stream says after a reset", async () => {
    await arrive();
    act(() => {
      server.stream.emit("intake_progress_updated", { progress: 0.5, previous: 0.38, categories: {} });
    });
    await screen.findByText("50% complete");
    server.stream.restore(0);
    server.summary = { ...server.summary, intake_progress: { progress: 0.2, categories: {} } };
    act(() => server.stream.done("timeout", { reconnect: true }));
    expect(await screen.findByText("20% complete", {}, { timeout: 4000 })).toBeInTheDocument();
  });
});
