import { act, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { FakeServer } from "../../app/testing/FakeServer";
import { FakeUpload } from "../../app/testing/FakeUpload";
import { expectAccessible, mount, mountScreen } from "../../app/testing/mount";
import { document } from "../../app/testing/people";
import { refusal, unreachable } from "../../testing";
import { envelope } from "../../testing/answers";
import { DocumentsPanel } from "./DocumentsPanel";

let server: FakeServer;

const target = async () =>
  envelope({
    document_id: "doc_9",
    storage_key: "t/p/doc_9",
    upload_url: "/uploads/secret",
    method: "PUT",
    headers: { "Content-Type": "application/pdf" },
    expires_at: "2026-01-02T03:19:05Z",
  });
const kept = async () => envelope(document({ id: "doc_9", filename: "report.pdf" }));

function pdf(name = "report.pdf"): File {
  return new File(["%PDF-1.7".padEnd(2048)], name, { type: "application/pdf" });
}

async function choose(container: Element, ...files: File[]) {
  const picker = container.querySelector<HTMLInputElement>("input[data-source=files]");
  if (!picker) throw new Error("no picker");
  await userEvent.upload(picker, files, { applyAccept: false });
}

async function panel() {
  const mounted = await mount(server, <DocumentsPanel />);
  await screen.findByText("No documents yet.");
  return mounted;
}

async function underway(): Promise<FakeUpload> {
  await waitFor(() => expect(FakeUpload.all).toHaveLength(1));
  return FakeUpload.all[0] ?? new FakeUpload();
}

beforeEach(() => {
  server = new FakeServer().install();
  FakeUpload.install();
});

describe("an upload", () => {
  it("is announced, put, and confirmed, and then a document", async () => {
    server.answer("POST /uploads/presign", target);
    server.answer("POST /uploads/confirm", kept);
    const { container } = await panel();
    await choose(container, pdf());
    const put = await underway();
    expect(put).toMatchObject({
      method: "PUT",
      url: "/uploads/secret",
      headers: { "Content-Type": "application/pdf" },
    });
    act(() => put.progress(512, 2048));
    expect(screen.getByText("Uploading, 25%")).toBeVisible();
    expect(screen.getByRole("progressbar")).toHaveValue(0.25);
    await expectAccessible(container);
    act(() => put.finish());
    expect(await screen.findByText("Uploaded")).toBeVisible();
    expect(screen.getAllByRole("article")).toHaveLength(1);
    expect(server.asked("POST /uploads").map(({ path, body }) => [path, body])).toEqual([
      [
        "/uploads/presign",
        { patient_id: "patient-1", filename: "report.pdf", content_type: "application/pdf", size: 2048 },
      ],
      ["/uploads/confirm", { document_id: "doc_9" }],
    ]);
  });

  it("can be cancelled", async () => {
    server.answer("POST /uploads/presign", target);
    const { container } = await panel();
    await choose(container, pdf());
    await underway();
    await userEvent.click(screen.getByRole("button", { name: "Cancel the upload of report.pdf" }));
    expect(screen.getByText("No documents yet.")).toBeVisible();
    expect(server.asked("POST /uploads/confirm")).toEqual([]);
  });

  it("of a wrong kind never leaves the page, and says what the server would say", async () => {
    const { container } = await panel();
    await choose(container, pdf("scan.dcm"));
    expect(await screen.findByText(/This kind of file is not taken; use .pdf/)).toBeVisible();
    expect(screen.queryByRole("button", { name: "Try again" })).toBeNull();
    expect(server.asked("POST")).toEqual([]);
    await userEvent.click(screen.getByRole("button", { name: "Remove scan.dcm from the list" }));
    expect(screen.queryByText("scan.dcm")).toBeNull();
  });

  it("may be one of several at once", async () => {
    server.answer("POST /uploads/presign", target, target);
    const { container } = await panel();
    await choose(container, pdf("one.pdf"), pdf("two.pdf"));
    await waitFor(() => expect(FakeUpload.all).toHaveLength(2));
    expect(screen.getAllByRole("article").map((card) => card.getAttribute("aria-label"))).toEqual([
      "two.pdf",
      "one.pdf",
    ]);
  });

  it("that broke off is tried again under a new name", async () => {
    server.answer("POST /uploads/presign", target, target);
    const { container } = await panel();
    await choose(container, pdf());
    const put = await underway();
    act(() => put.onerror?.());
    await userEvent.click(await screen.findByRole("button", { name: "Try again" }));
    await waitFor(() => expect(FakeUpload.all).toHaveLength(2));
    const names = server.asked("POST /uploads/presign").map(({ headers }) => headers.get("X-Idempotency-Key"));
    expect(new Set(names).size).toBe(2);
  });

  it("whose confirmation was not answered is confirmed again, and never put twice", async () => {
    server.answer("POST /uploads/presign", target);
    server.answer("POST /uploads/confirm", unreachable, kept);
    const { container } = await panel();
    await choose(container, pdf());
    const put = await underway();
    act(() => put.finish());
    await userEvent.click(await screen.findByRole("button", { name: "Try again" }));
    expect(await screen.findByText("Uploaded")).toBeVisible();
    expect(screen.getAllByRole("article")).toHaveLength(1);
    expect(FakeUpload.all).toHaveLength(1);
    expect(server.asked("POST /uploads/presign")).toHaveLength(1);
    const asked = server.asked("POST /uploads/confirm");
    expect(asked.map(({ body }) => body)).toEqual([{ document_id: "doc_9" }, { document_id: "doc_9" }]);
    expect(new Set(asked.map(({ headers }) => headers.get("X-Idempotency-Key"))).size).toBe(1);
  });

  it("that is not there to be confirmed is put again", async () => {
    server.answer("POST /uploads/presign", target, target);
    server.answer("POST /uploads/confirm", refusal(422, { code: "UPLOAD_MISSING_001" }));
    const { container } = await panel();
    await choose(container, pdf());
    const put = await underway();
    act(() => put.finish());
    await userEvent.click(await screen.findByRole("button", { name: "Try again" }));
    await waitFor(() => expect(FakeUpload.all).toHaveLength(2));
    expect(server.asked("POST /uploads/presign")).toHaveLength(2);
  });

  it("leaves the list when the stream tells of its document, though the answer was lost", async () => {
    server.answer("POST /uploads/presign", target);
    server.answer("POST /uploads/confirm", unreachable);
    await mountScreen(server);
    await userEvent.click(await screen.findByRole("button", { name: "Documents" }));
    const list = await screen.findByRole("region", { name: "Documents" });
    await within(list).findByText("No documents yet.");
    await choose(list, pdf());
    const put = await underway();
    act(() => put.finish());
    await within(list).findByRole("button", { name: "Try again" });
    const told = { document_id: "doc_9", filename: "report.pdf", status: "uploaded", size: 2048 } as const;
    server.summary = { ...server.summary, documents: [document({ id: "doc_9", filename: "report.pdf" })] };
    act(() => void server.stream.emit("document_uploaded", { ...told, content_type: "application/pdf" }));
    await waitFor(() => expect(within(list).queryByRole("button", { name: "Try again" })).toBeNull());
    expect(within(list).getAllByRole("article", { name: "report.pdf" })).toHaveLength(1);
  });

  it("without consent leads to the switch", async () => {
    const reason = "clinical_data_processing";
    server.answer("POST /uploads/presign", refusal(403, { code: "CONSENT_REQUIRED_001", reason }));
    const { container, onOpenConsents } = await panel();
    await choose(container, pdf());
    await userEvent.click(await screen.findByRole("button", { name: "Open permissions" }));
    expect(onOpenConsents).toHaveBeenCalledWith(reason);
  });
});

it("uploads a document's file once more, however often it is clicked", async () => {
  server.answer("POST /uploads/presign", target, target, target);
  server.answer("POST /uploads/confirm", async () =>
    envelope(document({ id: "doc_9", filename: "report.pdf", status: "failed", retryable: true })),
  );
  const { container } = await panel();
  await choose(container, pdf());
  const put = await underway();
  act(() => put.finish());
  const again = await screen.findByRole("button", { name: "Try again" });
  await userEvent.dblClick(again);
  await waitFor(() => expect(FakeUpload.all.length).toBeGreaterThan(1));
  expect(screen.getAllByRole("article")).toHaveLength(2);
});

it("asks for another file where the same one cannot help", async () => {
  server.summary = {
    ...server.summary,
    documents: [document({ status: "failed", reason: "Locked.", retryable: false })],
  };
  const { container } = await mount(server, <DocumentsPanel />);
  const again = await screen.findByRole("button", { name: "Try again" });
  const picker = container.querySelector<HTMLInputElement>("input[type=file]:not([data-source])");
  const asked = vi.spyOn(picker as HTMLInputElement, "click");
  await userEvent.click(again);
  expect(asked).toHaveBeenCalledOnce();
});

it("offers a phone's camera, and asks it for JPEG", async () => {
  const { container } = await panel();
  const camera = container.querySelector("input[data-source=camera]");
  expect(camera).toHaveAttribute("capture", "environment");
  expect(camera).toHaveAttribute("accept", "image/jpeg");
});
