import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { refusal } from "../testing";
import { FakeServer } from "./testing/FakeServer";
import { expectAccessible, mountScreen } from "./testing/mount";
import { consents, message } from "./testing/people";

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

describe("what is refused", () => {
  it("for want of a consent leads to its switch", async () => {
    const reason = "cross_border_transfer";
    server.messages = [message({ suggested_actions: [{ action: "request_match", label: "Find hospitals" }] })];
    server.answer("POST /match", refusal(403, { code: "CONSENT_REQUIRED_001", reason }));
    const { container } = await arrive();
    await userEvent.click(screen.getByRole("button", { name: "Find hospitals" }));
    const notice = within(screen.getByRole("alert", { name: "Messages about problems" }));
    await userEvent.click(await notice.findByRole("button", { name: "Open permissions" }));
    expect(await screen.findByRole("switch", { name: "Send my data across borders" })).toHaveFocus();
    await expectAccessible(container);
  });

  it("for being too much says when it goes on, and keeps the message", async () => {
    server.answer("POST /chat", refusal(429, { code: "RATE_LIMIT_001", retryAfter: "12" }));
    await arrive();
    await userEvent.type(field(), "Hello{Enter}");
    expect(await screen.findByText("Not sent.")).toBeVisible();
    expect(screen.getByText(/You can try again in 1[12] seconds/)).toBeVisible();
    expect(field()).toHaveAccessibleDescription(/You can send again in 1[12] seconds/);
    expect(screen.getByText(/Reference for support:/)).toHaveTextContent(/web-[0-9a-f]{24}/);
  });

  it("before any consent: nothing can be written, and the way to the switches is shown", async () => {
    server.consents = consents({ without: ["clinical_data_processing"] });
    await arrive();
    expect(await screen.findByText(/please allow us to process your health data/)).toBeVisible();
    expect(field()).toBeDisabled();
    await userEvent.click(screen.getByRole("button", { name: "Open permissions" }));
    expect(await screen.findByRole("heading", { name: "Needed for your journey" })).toBeVisible();
  });

  it.each([
    [423, "PATIENT_QUARANTINED_001", "This account is on hold"],
    [404, "PATIENT_NOT_FOUND_001", "We could not find this record"],
    [403, "TENANT_MISMATCH_001", "You may not see this record"],
  ])("as a whole with %i is a page of its own", async (status, code, title) => {
    server.answer("GET /summary", refusal(status, { code }));
    const { container, onSignOut } = await mountScreen(server);
    expect(await screen.findByRole("heading", { name: title })).toBeVisible();
    expect(screen.getByText(/Reference for support:/)).toBeVisible();
    await expectAccessible(container);
    await userEvent.click(screen.getByRole("button", { name: "Sign in again" }));
    expect(onSignOut).toHaveBeenCalledOnce();
  });

  it("for want of a good token asks to sign in again", async () => {
    const refused = refusal(401, { code: "AUTH_TOKEN_INVALID_001" });
    // Each try asks with the token at hand and with a fresh one.
    server.answer("GET /summary", refused, refused, refused, refused);
    await mountScreen(server);
    const title = await screen.findByRole("heading", { name: "Please sign in again" });
    expect(title).toBeVisible();
    expect(title).toHaveFocus();
  });

  it("once in the background leaves the screen as it is, with what is being written", async () => {
    server.messages = [message()];
    await arrive();
    await userEvent.type(field(), "A long letter");
    const refused = refusal(401, { code: "AUTH_TOKEN_EXPIRED_001" });
    server.answer("GET /summary", refused, refused);
    const reads = server.asked("GET /summary").length;
    server.stream.emit("chat_data_collected", { message_id: "msg_1", categories: ["allergies"] });
    await waitFor(() => expect(server.asked("GET /summary")).toHaveLength(reads + 3));
    expect(screen.queryByRole("heading", { name: "Please sign in again" })).toBeNull();
    expect(field()).toHaveValue("A long letter");
  });
});
