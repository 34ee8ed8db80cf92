import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { expectAccessible, mountPlain } from "../../app/testing/mount";
import { Composer } from "./Composer";

async function composer(told: { blocked?: string; waitUntil?: number } = {}) {
  const onSend = vi.fn();
  const { container } = await mountPlain(
    <Composer blocked={told.blocked ?? null} waitUntil={told.waitUntil ?? null} onSend={onSend} onFiles={vi.fn()} />,
  );
  return { container, onSend, field: screen.getByRole("textbox", { name: "Your message" }) };
}

describe("the composer", () => {
  it("sends with Enter, and is empty then", async () => {
    const { field, onSend, container } = await composer();
    await userEvent.type(field, " Hello there {Enter}");
    expect(onSend).toHaveBeenCalledExactlyOnceWith("Hello there");
    expect(field).toHaveValue("");
    await expectAccessible(container);
  });

  it("starts a new line with Shift and Enter", async () => {
    const { field, onSend } = await composer();
    await userEvent.type(field, "one{Shift>}{Enter}{/Shift}two");
    expect([field, onSend.mock.calls.length]).toEqual([expect.objectContaining({ value: "one\ntwo" }), 0]);
  });

  it("sends nothing that is empty", async () => {
    const { field, onSend } = await composer();
    await userEvent.type(field, "   {Enter}");
    expect(onSend).not.toHaveBeenCalled();
    expect(screen.getByRole("button", { name: "Send" })).toBeDisabled();
  });

  it("says how much too long a message is, and keeps it", async () => {
    const { field, onSend } = await composer();
    await userEvent.click(field);
    await userEvent.paste("x".repeat(4002));
    await userEvent.keyboard("{Enter}");
    expect(screen.getByText("2 characters too many")).toBeVisible();
    expect(field).toHaveAccessibleDescription("2 characters too many");
    expect(onSend).not.toHaveBeenCalled();
  });

  it("says why nothing can be written", async () => {
    const { field, container } = await composer({ blocked: "Please allow it first." });
    expect(field).toBeDisabled();
    expect(screen.getByText("Please allow it first.")).toBeVisible();
    await expectAccessible(container);
  });

  it("counts the seconds until it may send again, and keeps what is written", async () => {
    const { field, onSend } = await composer({ waitUntil: Date.now() + 9_500 });
    await userEvent.type(field, "Hello{Enter}");
    expect(field).toHaveAccessibleDescription(/^You can send again in (9|10) seconds\.$/);
    expect(onSend).not.toHaveBeenCalled();
    expect(field).toHaveValue("Hello");
  });
});
