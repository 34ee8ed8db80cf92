import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import { FakeServer } from "../../app/testing/FakeServer";
import { expectAccessible, mount } from "../../app/testing/mount";
import { ProgressStrip } from "./ProgressStrip";

it("shows how complete the intake is, as a whole and by category", async () => {
  const { container } = await mount(new FakeServer().install(), <ProgressStrip isOpen onToggle={vi.fn()} />);
  expect(await screen.findByText("38% complete")).toBeVisible();
  expect(screen.getByRole("progressbar", { name: "Permissions" })).toHaveValue(1);
  expect(screen.getByRole("progressbar", { name: "Your wishes" })).toHaveValue(0);
  await expectAccessible(container);
});

it("folds to a line", async () => {
  const onToggle = vi.fn();
  await mount(new FakeServer().install(), <ProgressStrip isOpen={false} onToggle={onToggle} />);
  const button = await screen.findByRole("button", { name: "Show details" });
  expect(button).toHaveAttribute("aria-expanded", "false");
  expect(screen.queryByRole("progressbar")).toBeNull();
  await userEvent.click(button);
  expect(onToggle).toHaveBeenCalledOnce();
});
