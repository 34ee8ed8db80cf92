import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { LanguageProvider } from "../i18n/LanguageProvider";
import { loadTexts } from "../i18n/texts";
import { refusal, unreachable } from "../testing";
import { App } from "./App";
import { FakeServer } from "./testing/FakeServer";
import { expectAccessible, mountPlain } from "./testing/mount";
import { PATIENT } from "./testing/people";

const maria = { patient_id: PATIENT, name: "Maria Gonzalez", locale: "es", country: "US", about: "Knee replacement" };
const config = {
  sign_in: "local",
  clerk_publishable_key: null,
  tenant_id: "tenant-1",
  personas: [maria],
  playground: false,
};
const token = async () => Response.json({ token: "persona", expires_at: new Date(Date.now() + 60_000).toISOString() });

let server: FakeServer;

beforeEach(() => {
  server = new FakeServer().install();
});

async function app() {
  return mountPlain(<App />);
}

describe("signing in", () => {
  it("offers invented people, and says that they are invented", async () => {
    server.answer("GET /portal/config", async () => Response.json(config));
    const { container } = await app();
    expect(await screen.findByRole("button", { name: "Continue as Maria Gonzalez" })).toBeVisible();
    expect(screen.getByText(/These people are invented/)).toBeVisible();
    expect(screen.getByText("United States · Español")).toBeVisible();
    await expectAccessible(container);
  });

  it("opens the person's screen, in their language, with their token; and leaves it again", async () => {
    server.answer("GET /portal/config", async () => Response.json(config));
    server.answer("POST /portal/token", token, token);
    server.summary = { ...server.summary, demographics: { ...server.summary.demographics, locale: "es" } };
    await app();
    await userEvent.click(await screen.findByRole("button", { name: "Continue as Maria Gonzalez" }));
    expect(await screen.findByRole("heading", { name: "Mi historial" })).toBeVisible();
    expect(document.documentElement.lang).toBe("es");
    expect(server.asked("GET /summary")[0]?.headers.get("Authorization")).toBe("Bearer persona");
    await userEvent.click(screen.getByRole("button", { name: "Cerrar sesión" }));
    expect(await screen.findByRole("button", { name: "Continuar como Maria Gonzalez" })).toBeVisible();
  });

  it("says when it did not work, with the reference", async () => {
    server.answer("GET /portal/config", async () => Response.json(config));
    server.answer("POST /portal/token", refusal(500, { code: "INTERNAL_001" }));
    await app();
    await userEvent.click(await screen.findByRole("button", { name: "Continue as Maria Gonzalez" }));
    expect(await screen.findByRole("alert")).toHaveTextContent(/Signing in did not work.*Reference for support: web-/);
  });
});

it("says when the server cannot be understood, and asks again", async () => {
  server.answer("GET /portal/config", refusal(404, { code: "ROUTE_NOT_FOUND_001" }), async () => Response.json(config));
  const { container } = await app();
  expect(await screen.findByRole("heading", { name: "Something went wrong" })).toBeVisible();
  await expectAccessible(container);
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(await screen.findByRole("button", { name: "Continue as Maria Gonzalez" })).toBeVisible();
});

it("keeps the language that somebody chose", async () => {
  server.answer("GET /portal/config", async () => Response.json(config));
  server.answer("POST /portal/token", token, token);
  render(
    <LanguageProvider initial={{ locale: "en", texts: await loadTexts("en") }}>
      <App />
    </LanguageProvider>,
  );
  await userEvent.selectOptions(await screen.findByRole("combobox", { name: "Language" }), "ar");
  await userEvent.click(await screen.findByRole("button", { name: "المتابعة باسم Maria Gonzalez" }));
  expect(await screen.findByRole("heading", { name: "سجلي" })).toBeVisible();
  expect(document.documentElement).toHaveAttribute("dir", "rtl");
});

it("asks once more before it gives up on a network that is away", async () => {
  server.answer("GET /portal/config", unreachable, async () => Response.json(config));
  await app();
  expect(
    await screen.findByRole("button", { name: "Continue as Maria Gonzalez" }, { timeout: 3000 }),
  ).toBeInTheDocument();
});

describe("a file that does not arrive", () => {
  it("leaves a page that says so, with a way to load it again", async () => {
    vi.doMock("./ClerkGate", () => {
      throw new TypeError("Failed to fetch dynamically imported module");
    });
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    server.answer("GET /portal/config", async () => Response.json({ ...config, sign_in: "clerk" }));
    const { container } = await app();
    expect(await screen.findByRole("heading", { name: "Something went wrong" })).toBeVisible();
    expect(screen.getByRole("button", { name: "Try again" })).toBeVisible();
    await expectAccessible(container);
  });

  it("of a language leaves the one that is there", async () => {
    vi.doMock("../i18n/ar", () => {
      throw new TypeError("Failed to fetch dynamically imported module");
    });
    vi.resetModules();
    const fresh = await import("../i18n/texts");
    expect((await fresh.loadFirstTexts("ar")).locale).toBe("en");
    expect((await fresh.loadFirstTexts("es")).locale).toBe("es");
  });
});
