import { QueryClient, QueryClientProvider, useQuery, type UseQueryOptions } from "@tanstack/react-query";
import { act, renderHook } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeStreamServer } from "../testing/FakeStreamServer";
import { pass, PROGRESS, range } from "../testing/page";
import { StreamProvider } from "./StreamProvider";
import { invalidatedBy } from "./queryInvalidations";
import { GATHER_MS, useStreamInvalidation } from "./useStreamInvalidation";

let server: FakeStreamServer;
let client: QueryClient;
let invalidated: unknown[];

beforeEach(() => {
  vi.useFakeTimers();
  server = new FakeStreamServer();
  client = new QueryClient();
  invalidated = [];
  vi.spyOn(client, "invalidateQueries").mockImplementation(async (filters) => {
    invalidated.push(filters?.queryKey);
  });
});
afterEach(() => vi.useRealTimers());

const settle = (ms = 0) => act(() => pass(ms));

async function mount(watched?: UseQueryOptions<number>) {
  const wrapper = ({ children }: { children: ReactNode }) => (
    <QueryClientProvider client={client}>
      <StreamProvider credentials={server.credentials} environment={server.environment}>
        {children}
      </StreamProvider>
    </QueryClientProvider>
  );
  const useBoth = () => {
    useStreamInvalidation(server.patientId);
    useQuery({ queryKey: ["none"], queryFn: () => 0, enabled: watched !== undefined, ...watched });
  };
  const mounted = renderHook(useBoth, { wrapper });
  await settle();
  return mounted;
}

describe("an event", () => {
  it("makes what it changed out of date, a moment later", async () => {
    await mount();
    server.emit("document_parsing", { document_id: "doc_1", filename: "knee.pdf", status: "parsing" });
    await settle(GATHER_MS - 1);
    expect(invalidated).toEqual([]);
    await settle(1);
    expect(invalidated).toEqual([
      ["patients", "patient-1", "summary"],
      ["patients", "patient-1", "documents"],
    ]);
  });

  it("among fifty reads each query again once", async () => {
    await mount();
    range(1, 50).forEach(() => server.emit("intake_progress_updated", PROGRESS));
    await settle(GATHER_MS);
    expect(invalidated).toEqual([
      ["patients", "patient-1", "summary"],
      ["patients", "patient-1", "consent"],
    ]);
  });

  it("in a stream that never pauses is not put off for ever", async () => {
    await mount();
    for (let times = 0; times < 20; times += 1) {
      server.emit("intake_progress_updated", PROGRESS);
      await settle(50);
    }
    expect(invalidated.length).toBeGreaterThanOrEqual(5);
  });

  it("that was heard right before the component went is not forgotten", async () => {
    const { unmount } = await mount();
    server.emit("intake_progress_updated", PROGRESS);
    await settle();
    unmount();
    expect(invalidated).toEqual([
      ["patients", "patient-1", "summary"],
      ["patients", "patient-1", "consent"],
    ]);
  });

  it("of a type that this page does not know makes all of the patient out of date", () => {
    expect(invalidatedBy("patient-1", "scan_rotated" as never)).toEqual([["patients", "patient-1"]]);
  });
});

it("a read that is slower than the events is let finish, and what came meanwhile is read after it", async () => {
  vi.mocked(client.invalidateQueries).mockRestore();
  const queryKey = ["patients", "patient-1", "summary"];
  const finished: number[] = [];
  const queryFn = async ({ signal }: { signal: AbortSignal }) => {
    const head = server.position;
    await new Promise((resolve) => setTimeout(resolve, 3 * GATHER_MS));
    signal.throwIfAborted();
    finished.push(head);
    return head;
  };
  await mount({ queryKey, queryFn });
  await settle(1000);
  finished.length = 0;
  for (let times = 0; times < 40; times += 1) {
    server.emit("intake_progress_updated", PROGRESS);
    await settle(50);
  }
  expect(finished.length).toBeGreaterThanOrEqual(4);
  await settle(2000);
  expect(finished.at(-1)).toBe(40);
  const reads = finished.length;
  await settle(2000);
  expect(finished).toHaveLength(reads);
});

describe("the state", () => {
  it("that a stream begins with makes nothing out of date", async () => {
    await mount();
    await settle(GATHER_MS);
    expect(invalidated).toEqual([]);
  });

  it("of a reset makes all of the patient out of date", async () => {
    await mount();
    server.emit("intake_progress_updated", PROGRESS);
    await settle(GATHER_MS);
    invalidated.length = 0;
    server.restore(0);
    server.cut();
    await settle(5000);
    expect(invalidated).toEqual([["patients", "patient-1"]]);
  });
});
