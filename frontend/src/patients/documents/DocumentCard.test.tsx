import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { expectAccessible, mountPlain } from "../../app/testing/mount";
import { document } from "../../app/testing/people";
import type { SummaryDocument } from "../record/summary";
import { DocumentCard } from "./DocumentCard";

async function card(told: Partial<SummaryDocument>, locale: "en" | "es" | "ar" = "en") {
  const onAgain = vi.fn();
  const mounted = await mountPlain(<DocumentCard document={document(told)} onAgain={onAgain} />, { locale });
  return { ...mounted, onAgain };
}

describe("a document on its way", () => {
  it.each([
    [{ status: "uploaded" }, "Uploaded"],
    [{ status: "parsing" }, "Reading"],
    [{ status: "parsing", pages_read: 1, pages: 7 }, "Reading page 2 of 7"],
    [{ status: "parsing", pages_read: 7, pages: 7 }, "Reading page 7 of 7"],
    [{ status: "parsed", characters: 900 }, "Read"],
    [{ status: "analyzing" }, "Understanding"],
  ] as const)("shows %j as %s", async (told, text) => {
    const { container } = await card(told);
    expect(screen.getByText(text)).toBeVisible();
    expect(screen.getByRole("progressbar", { name: "Progress of knee.pdf" })).toHaveAttribute("aria-valuetext", text);
    await expectAccessible(container);
  });

  it("gets further with every page", async () => {
    const { container: first } = await card({ status: "parsing", pages_read: 1, pages: 4 });
    const { container: third } = await card({ status: "parsing", pages_read: 3, pages: 4 });
    const value = (box: Element) => Number(box.querySelector("progress")?.value);
    expect(value(third)).toBeGreaterThan(value(first));
  });
});

describe("a document at its end", () => {
  it("is in the record", async () => {
    const { container } = await card({ status: "analyzed", pages: 3 });
    expect(screen.getByText("In your record")).toBeVisible();
    expect(screen.getByText("3 pages")).toBeVisible();
    expect(screen.queryByRole("progressbar")).toBeNull();
    await expectAccessible(container);
  });

  it("was read without medical text in it", async () => {
    await card({ status: "parsed", characters: 40 });
    expect(screen.getByText("Read. No medical text was found in it.")).toBeVisible();
    expect(screen.queryByRole("progressbar")).toBeNull();
  });

  it("names the pages that were hard to read", async () => {
    await card({ status: "analyzed", pages: 9, needs_review: [2, 5] });
    expect(screen.getByText(/Pages 2 and 5 were hard to read/)).toBeVisible();
  });

  it("says why it failed, and tries again", async () => {
    const reason = "This PDF is protected with a password. Please upload it without the password.";
    const { container, onAgain } = await card({ status: "failed", reason, retryable: false });
    expect(screen.getByText(reason)).toBeVisible();
    await expectAccessible(container);
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(onAgain).toHaveBeenCalledWith(expect.objectContaining({ id: "doc_1" }));
  });

  it("says why it failed in the reader's language", async () => {
    const reason = "This PDF is protected with a password. Please upload it without the password.";
    await card({ status: "failed", reason, retryable: false }, "es");
    expect(screen.getByText("Este PDF está protegido con contraseña. Súbalo sin contraseña.")).toBeVisible();
  });
});
