import { act, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it } from "vitest";
import { es } from "../i18n/es";
import { loadTexts } from "../i18n/texts";
import { envelope, held, unreachable } from "../testing/answers";
import { answered, FakeServer } from "./testing/FakeServer";
import { expectAccessible, mountScreen } from "./testing/mount";
import { document as knee, entry, match, message } from "./testing/people";

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

const said = () =>
  within(screen.getByRole("log"))
    .getAllByRole("listitem")
    .map((item) => item.textContent);
const field = () => screen.getByRole("textbox", { name: "Your message" });

it("keeps the browser's language when the record's is one that it lacks", async () => {
  server.summary = { ...server.summary, demographics: { ...server.summary.demographics, locale: "fr" } };
  // English is at hand: had it been turned to, it would be seen at once.
  await loadTexts("en");
  await mountScreen(server, { locale: "es" });
  expect(await screen.findAllByText("Maria Gonzalez")).not.toHaveLength(0);
  await userEvent.click(screen.getByRole("button", { name: es.views.consent }));
  expect(await screen.findByRole("heading", { name: es.consent.required })).toBeVisible();
});

describe("the journey on one screen", () => {
  it("follows a report from the upload into the record, without a reload", async () => {
    const { container } = await arrive();
    const told = { document_id: "doc_1", filename: "knee.pdf" };
    server.summary = { ...server.summary, documents: [knee({ status: "parsing" })] };
    act(() => {
      server.stream.emit("document_uploaded", {
        ...told,
        status: "uploaded",
        content_type: "application/pdf",
        size: 9000,
      });
      server.stream.emit("document_parsing", { ...told, status: "parsing" });
    });
    const card = await screen.findByRole("article", { name: "knee.pdf" });
    await waitFor(() => expect(card).toHaveTextContent("Reading"));

    const osteoarthritis = entry({ display: "Osteoarthritis", code: "M17.11" });
    server.summary = {
      ...server.summary,
      conditions: [osteoarthritis],
      intake_progress: { progress: 0.83, categories: { documents: 0.5 } },
      documents: [knee({ status: "analyzed", pages: 1 })],
    };
    act(() => {
      server.stream.emit("fhir_resource_created", {
        resource_type: "Condition",
        resource_id: "1",
        code: "M17.11",
        display: "Osteoarthritis",
        document_id: "doc_1",
        canonical: true,
      });
      server.stream.emit("document_analyzed", { ...told, status: "analyzed" });
      server.stream.emit("intake_progress_updated", { progress: 0.83, previous: 0.38, categories: { documents: 0.5 } });
    });
    await waitFor(() => expect(card).toHaveTextContent("In your record"));
    expect(await screen.findByText("Osteoarthritis")).toBeVisible();
    expect(screen.getByText("83% complete")).toBeInTheDocument();
    expect(screen.getByText("knee.pdf: In your record")).toBeInTheDocument();
    await expectAccessible(container);
  });

  it("shows a message at once, and its answer from the stream once", async () => {
    server.messages = [message()];
    const answer = held(answered("ans_7", "Thank you."));
    server.answer("POST /chat", answer.answer);
    await arrive();
    await userEvent.type(field(), "I have diabetes{Enter}");
    expect(said().at(-1)).toContain("I have diabetesSending…");
    expect(screen.getByText("Curaway is writing…")).toBeVisible();
    const kept = message({ message_id: "msg_7", role: "patient", content: "I have diabetes" });
    const given = message({ message_id: "ans_7", content: "Thank you." });
    server.messages = [message(), kept, given];
    act(() => {
      server.stream.emit("agent_response_generated", {
        message_id: "ans_7",
        agent_name: "intake",
        content: "Thank you.",
        content_type: "text",
        suggested_actions: [],
      });
    });
    await waitFor(() => expect(said()).toHaveLength(3));
    act(() => answer.release());
    await waitFor(() => expect(screen.queryByText("Curaway is writing…")).toBeNull());
    expect(said()).toHaveLength(3);
    expect(said()[1]).toContain("I have diabetes");
    expect(said()[2]).toContain("Thank you.");
  });

  it("sends a message again under the same key, so that it is kept once", async () => {
    server.answer("POST /chat", unreachable, answered("ans_7", "Thank you."));
    await arrive();
    await userEvent.type(field(), "Hello{Enter}");
    expect(await screen.findByText("Not sent.")).toBeVisible();
    expect(screen.getByText(/We could not reach the server/)).toBeVisible();
    await userEvent.selectOptions(screen.getByRole("combobox"), "es");
    await userEvent.click(await screen.findByRole("button", { name: "Enviar de nuevo" }));
    expect(await screen.findByText("Thank you.")).toBeVisible();
    expect(screen.queryByText(/We could not reach the server/)).toBeNull();
    const asked = server.asked("POST /chat");
    expect(asked).toHaveLength(2);
    expect(new Set(asked.map(({ headers }) => headers.get("X-Idempotency-Key"))).size).toBe(1);
    // Another body under the same key would be refused.
    expect(asked[1]?.body).toEqual(asked[0]?.body);
    expect(said().filter((text) => text?.includes("Hello"))).toHaveLength(1);
  });

  it("takes a suggestion with one tap", async () => {
    server.messages = [message({ suggested_actions: [{ action: "answer:companion", label: "I travel alone" }] })];
    server.answer("POST /chat", answered("ans_8", "Noted."));
    const { container } = await arrive();
    await expectAccessible(container);
    await userEvent.click(screen.getByRole("button", { name: "I travel alone" }));
    expect(await screen.findByText("Noted.")).toBeVisible();
    expect(server.asked("POST /chat")[0]?.body).toMatchObject({ message: "I travel alone", context: { locale: "en" } });
  });

  it("makes an emergency stand out, with the number to call", async () => {
    server.messages = [message({ content: "This sounds like an emergency. Please call 911 now." })];
    const { container } = await arrive();
    expect(screen.getByRole("link", { name: "Call 911" })).toHaveAttribute("href", "tel:911");
    await expectAccessible(container);
    // One from before this page was opened is no alarm any more.
    const alarms = () => within(screen.getByRole("log")).queryAllByRole("alert");
    expect(alarms()).toEqual([]);
    const told = { agent_name: "intake", content_type: "text", suggested_actions: [] } as const;
    const content = "This sounds like an emergency. Please call 112 now.";
    act(() => void server.stream.emit("agent_response_generated", { ...told, message_id: "ans_9", content }));
    await waitFor(() => expect(alarms()).toHaveLength(1));
    expect(alarms()[0]).toHaveTextContent("112");
  });

  it("finds hospitals, stage by stage", async () => {
    server.messages = [message({ suggested_actions: [{ action: "request_match", label: "Find hospitals" }] })];
    const answer = held(async () => envelope(match()));
    server.answer("POST /match", answer.answer);
    await arrive();
    await userEvent.click(screen.getByRole("button", { name: "Find hospitals" }));
    act(() => {
      server.stream.emit("match_requested", { match_id: "mat_1", stage: "requested", providers: 0 });
      server.stream.emit("match_stage_completed", { match_id: "mat_1", stage: "filter", providers: 9 });
    });
    expect(await screen.findByText("9 hospitals")).toBeVisible();
    server.matches = [match()];
    act(() => {
      server.stream.emit("match_completed", {
        match_id: "mat_1",
        stage: "completed",
        providers: 1,
        matches: [{ provider_id: "pro_1", score: 0.82 }],
      });
      answer.release();
    });
    expect(await screen.findByRole("heading", { name: "1 hospital fits you" })).toBeVisible();
    expect(screen.queryByText("9 hospitals")).toBeNull();
    await userEvent.click(screen.getByRole("button", { name: "See all hospitals" }));
    expect(await screen.findByRole("article", { name: "Saffron Field" })).toBeVisible();
    expect(screen.getByRole("heading", { name: "Hospitals" })).toHaveFocus();
  });
});
