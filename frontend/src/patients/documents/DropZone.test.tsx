import { fireEvent, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { FakeServer } from "../../app/testing/FakeServer";
import { FakeUpload } from "../../app/testing/FakeUpload";
import { mountScreen } from "../../app/testing/mount";
import { message } from "../../app/testing/people";

let server: FakeServer;

beforeEach(() => {
  server = new FakeServer().install();
  server.messages = [message()];
  FakeUpload.install();
});
afterEach(() => vi.restoreAllMocks());

const scan = new File(["not a document"], "scan.dcm");
const files = () => ({ dataTransfer: { types: ["Files"], files: [scan], dropEffect: "copy" } });
const field = () => screen.findByRole("textbox", { name: "Your message" });

it("takes files, and leaves text to the field below", async () => {
  await mountScreen(server);
  const text = { dataTransfer: { types: ["text/plain"], files: [] } };
  // `fireEvent` says false when the browser's own way was prevented.
  expect(fireEvent.drop(await field(), text)).toBe(true);
  expect(fireEvent.drop(await field(), files())).toBe(false);
  expect(await screen.findAllByRole("article", { name: "scan.dcm" })).not.toHaveLength(0);
});

it("files that are dropped beside it do not take the page's place", async () => {
  const { container } = await mountScreen(server);
  await field();
  const header = container.querySelector(".header") as Element;
  expect(fireEvent.dragOver(header, files())).toBe(false);
  expect(fireEvent.drop(header, files())).toBe(false);
  expect(screen.queryByText("scan.dcm")).toBeNull();
});

it("files that are chosen below the conversation are brought into sight", async () => {
  const { container } = await mountScreen(server);
  await field();
  const box = screen.getByRole("group", { name: "Messages" });
  vi.spyOn(box, "scrollHeight", "get").mockReturnValue(900);
  const picker = container.querySelector<HTMLInputElement>(".composer input[type=file]") as HTMLInputElement;
  await userEvent.upload(picker, [scan], { applyAccept: false });
  await waitFor(() => expect(box.scrollTop).toBe(900));
});
