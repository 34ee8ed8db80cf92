import { QueryClientProvider } from "@tanstack/react-query";
import { configure, render } from "@testing-library/react";
import axe from "axe-core";
import type { ReactNode } from "react";
import { expect, vi } from "vitest";
import { createApi } from "../../api/client";
import { LanguageProvider } from "../../i18n/LanguageProvider";
import type { Locale } from "../../i18n/locale";
import { loadTexts } from "../../i18n/texts";
import { StreamProvider } from "../../hooks/StreamProvider";
import { UploadsProvider } from "../../patients/documents/UploadsProvider";
import { NoticeList } from "../NoticeList";
import { NoticesProvider } from "../NoticesProvider";
import { Portal } from "../Portal";
import { createQueryClient } from "../queries";
import { SessionContext } from "../session";
import type { FakeServer } from "./FakeServer";
import { PATIENT } from "./people";

// A busy machine takes its time to load a language, and axe to look at a whole screen without a layout.
configure({ asyncUtilTimeout: 10_000 });
vi.setConfig({ testTimeout: 60_000 });

/** What jsdom lacks of a browser: a layout. */
function stubLayout(): void {
  vi.stubGlobal("matchMedia", () => ({ matches: false }));
  vi.stubGlobal(
    "ResizeObserver",
    class {
      observe() {}
      disconnect() {}
    },
  );
}

/** The whole screen of the signed-in patient. */
export async function mountScreen(server: FakeServer, { locale = "en" }: { locale?: Locale } = {}) {
  stubLayout();
  window.location.hash = "";
  const onSignOut = vi.fn();
  const texts = await loadTexts(locale);
  const screen = render(
    <LanguageProvider initial={{ locale, texts }}>
      <Portal patientId={PATIENT} credentials={server.stream.credentials} onSignOut={onSignOut} />
    </LanguageProvider>,
  );
  return { ...screen, onSignOut };
}

/** One component with everything that it may ask for above it. */
export async function mount(server: FakeServer, children: ReactNode, { locale = "en" }: { locale?: Locale } = {}) {
  stubLayout();
  const { credentials } = server.stream;
  const session = { patientId: PATIENT, credentials, api: createApi(credentials), signOut: vi.fn() };
  const client = createQueryClient();
  const onOpenConsents = vi.fn();
  const texts = await loadTexts(locale);
  const mounted = render(
    <LanguageProvider initial={{ locale, texts }}>
      <QueryClientProvider client={client}>
        <SessionContext value={session}>
          <StreamProvider credentials={credentials} environment={server.stream.environment}>
            <NoticesProvider>
              <UploadsProvider>{children}</UploadsProvider>
              <NoticeList onOpenConsents={onOpenConsents} />
            </NoticesProvider>
          </StreamProvider>
        </SessionContext>
      </QueryClientProvider>
    </LanguageProvider>,
  );
  return { ...mounted, client, onOpenConsents };
}

/** A component that needs its language only. */
export async function mountPlain(children: ReactNode, { locale = "en" }: { locale?: Locale } = {}) {
  stubLayout();
  const texts = await loadTexts(locale);
  return render(<LanguageProvider initial={{ locale, texts }}>{children}</LanguageProvider>);
}

/** axe finds nothing. Contrast needs pixels: the browsers' suite looks at it. */
export async function expectAccessible(container: Element): Promise<void> {
  const rules = { "color-contrast": { enabled: false }, region: { enabled: false } };
  const { violations } = await axe.run(container, { rules, resultTypes: ["violations"] });
  expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`)).toEqual([]);
}
