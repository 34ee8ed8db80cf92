import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import type { StreamStatus } from "../stream/types";
import { ConnectionDot } from "./ConnectionDot";
import { expectAccessible, mountPlain } from "./testing/mount";

async function dot(status: StreamStatus) {
  const reconnect = vi.fn();
  const { container } = await mountPlain(<ConnectionDot status={status} reconnect={reconnect} />);
  return { container, reconnect, button: screen.getByRole("button") };
}

it.each([
  ["connected", "green", "Connection: Connected"],
  ["connecting", "amber", "Connection: Connecting…. Press to try again"],
  ["reconnecting", "amber", "Connection: Reconnecting…. Press to try again"],
  ["polling", "amber", "Connection: Checking for news. Press to try again"],
  ["disconnected", "red", "Connection: Disconnected. Press to try again"],
] as const)("is, when %s, %s and says so", async (status, colour, name) => {
  const { container, button } = await dot(status);
  expect(button).toHaveAttribute("data-colour", colour);
  expect(button).toHaveAccessibleName(name);
  await expectAccessible(container);
});

it("tries again when it is pressed, and leaves a good connection alone", async () => {
  const lost = await dot("disconnected");
  await userEvent.click(lost.button);
  expect(lost.reconnect).toHaveBeenCalledOnce();
  expect(screen.getByRole("status")).toHaveTextContent("The live connection was lost.");
});

it("leaves a good connection alone", async () => {
  const { button, reconnect } = await dot("connected");
  await userEvent.click(button);
  expect(reconnect).not.toHaveBeenCalled();
});
