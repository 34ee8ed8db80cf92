import { act, render, renderHook } from "@testing-library/react";
import { type ReactNode, useLayoutEffect } from "react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { UNTRIED } from "../stream/reception";
import type { StreamStore } from "../stream/store";
import type { EventHandlers, StreamListener } from "../stream/types";
import { FakeStreamServer } from "../testing/FakeStreamServer";
import { pass, PROGRESS, range } from "../testing/page";
import { eventFrame } from "../testing/wire";
import { StreamContext } from "./streamContext";
import { StreamProvider } from "./StreamProvider";
import { useEventStream } from "./useEventStream";

let server: FakeStreamServer;

beforeEach(() => {
  vi.useFakeTimers();
  server = new FakeStreamServer();
});
afterEach(() => vi.useRealTimers());

const settle = (ms = 0) => act(() => pass(ms));

const Page = ({ children }: { children: ReactNode }) => (
  <StreamProvider credentials={server.credentials} environment={server.environment}>
    {children}
  </StreamProvider>
);

it("a component hears nothing of the patient it has just turned from", () => {
  const of = new Map<string, StreamListener>();
  const store: Pick<StreamStore, "subscribe" | "snapshot" | "reconnect"> = {
    subscribe(patientId, listener) {
      of.set(patientId, listener);
      return () => undefined;
    },
    snapshot: () => UNTRIED,
    reconnect: () => undefined,
  };
  const heard: string[] = [];
  const Follower = ({ patientId }: { patientId: string }) => {
    useEventStream(patientId, {
      onEvent: ({ position }) => heard.push(`${patientId} event ${position}`),
      onState: ({ position }) => heard.push(`${patientId} state ${position}`),
    });
    // The moment after the commit, in which the first subscription is not dropped yet.
    useLayoutEffect(() => {
      of.get("patient-1")?.onEvent?.(server.record("intake_progress_updated", PROGRESS), "intake_progress");
      of.get("patient-1")?.onState?.({ position: 9, summary: {}, replaced: true });
    }, [patientId]);
    return null;
  };
  const page = (patientId: string) => (
    <StreamContext value={store as StreamStore}>
      <Follower patientId={patientId} />
    </StreamContext>
  );
  const { rerender } = render(page("patient-1"));
  rerender(page("patient-2"));
  of.get("patient-2")?.onState?.({ position: 1, summary: {}, replaced: false });
  expect(heard).toEqual(["patient-2 state 1"]);
});

it("a component hears an event by the handler for all though its own has thrown", async () => {
  const heard: number[] = [];
  const reported = vi.spyOn(server.environment, "reportError").mockImplementation(() => undefined);
  const broken = new Error("broken");
  const handlers: EventHandlers = {
    onIntakeProgress: () => {
      throw broken;
    },
    onEvent: ({ position }) => heard.push(position),
  };
  renderHook(() => useEventStream(server.patientId, handlers), { wrapper: Page });
  await settle();
  server.emit("intake_progress_updated", PROGRESS);
  await settle();
  expect(heard).toEqual([1]);
  expect(reported).toHaveBeenCalledExactlyOnceWith(broken);
});

it("a component is drawn once for all events that come together", async () => {
  let drawn = 0;
  renderHook(
    () => {
      drawn += 1;
      return useEventStream(server.patientId);
    },
    { wrapper: Page },
  );
  await settle();
  drawn = 0;
  server.write(
    range(1, 50)
      .map(() => eventFrame(server.record("intake_progress_updated", PROGRESS)))
      .join(""),
  );
  // Outside of `act`, which would gather what the page itself does not.
  await pass();
  await settle();
  expect(drawn).toBeLessThanOrEqual(2);
});
