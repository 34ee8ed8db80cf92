import { act, render, renderHook, screen } from "@testing-library/react";
import { type ReactNode, StrictMode } from "react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { EventHandlers, StreamCredentials } from "../stream/types";
import { refusal, unreachable } from "../testing";
import { FakeStreamServer } from "../testing/FakeStreamServer";
import { pass, PROGRESS, range } from "../testing/page";
import { StreamProvider } from "./StreamProvider";
import { type EventStreamOptions, useEventStream } from "./useEventStream";

let server: FakeStreamServer;

beforeEach(() => {
  vi.useFakeTimers();
  server = new FakeStreamServer();
});
afterEach(() => vi.useRealTimers());

const emit = () => server.emit("intake_progress_updated", PROGRESS);
const settle = (ms = 0) => act(() => pass(ms));

function Page({
  children,
  credentials = server.credentials,
}: {
  children: ReactNode;
  credentials?: StreamCredentials;
}) {
  return (
    <StreamProvider credentials={credentials} environment={server.environment}>
      {children}
    </StreamProvider>
  );
}

interface Props {
  readonly handlers?: EventHandlers;
  readonly options?: EventStreamOptions;
  readonly patientId?: string;
}

const mount = (props: Props = {}) =>
  renderHook(
    ({ patientId = server.patientId, handlers, options }: Props) => useEventStream(patientId, handlers, options),
    { wrapper: Page, initialProps: props },
  );

describe("a component", () => {
  it("sees the connection", async () => {
    const { result } = mount();
    expect(result.current.status).toBe("connecting");
    await settle();
    expect(result.current).toMatchObject({ status: "connected", position: 0, failure: null });
    emit();
    await settle();
    expect(result.current.position).toBe(1);
  });

  it("hears every name by its own handler, and all of them by one", async () => {
    const handlers = {
      onDocumentUpdate: vi.fn(),
      onEHRUpdate: vi.fn(),
      onIntakeProgress: vi.fn(),
      onMatchProgress: vi.fn(),
      onAgentResponse: vi.fn(),
      onEvent: vi.fn(),
      onState: vi.fn(),
    };
    mount({ handlers });
    await settle();
    server.emit("document_parsing", { document_id: "doc_1", filename: "knee.pdf", status: "parsing" });
    server.emit("chat_data_collected", { message_id: "msg_1", categories: ["allergies"] });
    emit();
    server.emit("match_requested", { match_id: "match_1", stage: "requested", providers: 12 });
    server.emit("agent_response_generated", {
      message_id: "ans_1",
      agent_name: "intake",
      content: "Thank you.",
      content_type: "text",
      suggested_actions: [],
    });
    await settle();
    const { onEvent, onState, ...named } = handlers;
    expect(Object.values(named).map((handler) => handler.mock.calls.map(([event]) => event.position))).toEqual([
      [1],
      [2],
      [3],
      [4],
      [5],
    ]);
    expect(onEvent.mock.calls.map(([event, name]) => [event.position, name])).toEqual([
      [1, "document_update"],
      [2, "ehr_update"],
      [3, "intake_progress"],
      [4, "match_progress"],
      [5, "agent_response"],
    ]);
    expect(onState.mock.calls).toEqual([[{ position: 0, summary: {}, replaced: false }]]);
  });

  it("may change its handlers on every render; the newest are called and nothing connects again", async () => {
    const heard: string[] = [];
    const by = (name: string) => ({ handlers: { onIntakeProgress: () => heard.push(name) } });
    const { rerender } = mount(by("first"));
    await settle();
    emit();
    await settle();
    rerender(by("second"));
    emit();
    await settle();
    expect(heard).toEqual(["first", "second"]);
    expect(server.attempts).toHaveLength(1);
  });

  it("can try again", async () => {
    server.answerStreams(unreachable, unreachable, unreachable);
    const { result } = mount();
    await settle(60_000);
    expect(result.current).toMatchObject({ status: "disconnected", failure: "unreachable", attempts: 3 });
    act(() => result.current.reconnect());
    await settle();
    expect(result.current.status).toBe("connected");
  });

  it("is told why nobody may look", async () => {
    server.answerStreams(refusal(423));
    const { result } = mount();
    await settle();
    expect(result.current).toMatchObject({ status: "disconnected", failure: "quarantined" });
  });

  it("that is switched off holds no connection", async () => {
    const { result, rerender } = mount({ options: { enabled: false } });
    await settle();
    expect(result.current.status).toBe("disconnected");
    expect(server.requests).toHaveLength(0);
    rerender({ options: { enabled: true } });
    await settle();
    expect(result.current.status).toBe("connected");
  });

  it("that does not follow says so", async () => {
    mount({ options: { follow: false } });
    await settle();
    expect(server.attempts[0]?.url.search).toBe("");
  });

  it("that turns to another patient leaves the first", async () => {
    const { rerender, result } = mount();
    await settle();
    rerender({ patientId: "patient-2" });
    expect(result.current).toMatchObject({ status: "connecting", position: null });
    await settle(3000);
    expect(server.attempts.map(({ url }) => url.pathname.split("/")[4])).toEqual(["patient-1", "patient-2"]);
    expect(server.openStreams).toBe(1);
  });

  it("that is gone closes the connection after a while, and comes back to it before", async () => {
    const Follower = () => <p>{useEventStream(server.patientId).status}</p>;
    const { rerender } = render(<Follower />, { wrapper: Page });
    await settle();
    rerender(<p>elsewhere</p>);
    await settle(2000);
    rerender(<Follower />);
    expect(screen.getByText("connected")).toBeInTheDocument();
    expect(server.attempts).toHaveLength(1);
    rerender(<p>elsewhere</p>);
    await settle(3000);
    expect(server.openStreams).toBe(0);
  });

  it("outside of a provider is told what is missing", () => {
    expect(() => renderHook(() => useEventStream("patient-1"))).toThrow("<StreamProvider credentials={…}>");
  });
});

describe("one connection", () => {
  it("serves all components, in StrictMode too", async () => {
    const heard: number[][] = range(1, 3).map(() => []);
    const Follower = ({ number }: { number: number }) => (
      <p>{useEventStream(server.patientId, { onEvent: ({ position }) => heard[number]?.push(position) }).status}</p>
    );
    render(
      <StrictMode>
        <Page>
          {heard.map((_, number) => (
            <Follower key={number} number={number} />
          ))}
        </Page>
      </StrictMode>,
    );
    await settle();
    emit();
    emit();
    await settle();
    expect(heard).toEqual([
      [1, 2],
      [1, 2],
      [1, 2],
    ]);
    expect(screen.getAllByText("connected")).toHaveLength(3);
    expect(server.attempts).toHaveLength(1);
  });

  it("ends with the provider", async () => {
    const { unmount } = mount();
    await settle();
    unmount();
    await settle(10);
    expect(server.openStreams).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("the provider", () => {
  const Follower = () => <p>{useEventStream(server.patientId).status}</p>;
  const page = (credentials: StreamCredentials) => (
    <Page credentials={credentials}>
      <Follower />
    </Page>
  );

  it("takes new credentials of the same person without connecting again, and asks them for the next token", async () => {
    const as = (token: string) => ({ ...server.credentials, getToken: async () => token });
    const { rerender } = render(page(as("old")));
    await settle();
    rerender(page(as("new")));
    await settle();
    expect(server.attempts).toHaveLength(1);
    emit();
    await settle();
    server.cut();
    await settle(2000);
    expect(server.attempts[1]?.headers.get("Authorization")).toBe("Bearer new");
  });

  it.each([
    ["person", { subject: "user-2" }],
    ["tenant", { tenantId: "tenant-2" }],
  ])("begins anew for another %s", async (_, change) => {
    const { rerender } = render(page(server.credentials));
    emit();
    await settle();
    rerender(page({ ...server.credentials, ...change }));
    await settle(10);
    expect(server.openStreams).toBe(1);
    expect(server.attempts).toHaveLength(2);
    expect(server.attempts[1]?.headers.has("Last-Event-ID")).toBe(false);
  });
});
