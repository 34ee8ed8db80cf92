import { ClerkProvider, SignIn, useAuth } from "@clerk/react";
import { useCallback, useMemo } from "react";
import type { PortalConfig } from "../api/portal";
import { useLanguage } from "../i18n/Language";
import { LanguageSwitch } from "./LanguageSwitch";
import { OwnPortal } from "./OwnPortal";

/** Signing in with Clerk; the tokens live with Clerk, which renews them by itself. */
export default function ClerkGate({ config }: { config: PortalConfig }) {
  return (
    <ClerkProvider publishableKey={config.clerk_publishable_key ?? ""} afterSignOutUrl="/">
      <Door tenantId={config.tenant_id} />
    </ClerkProvider>
  );
}

function Door({ tenantId }: { tenantId: string }) {
  const { t } = useLanguage();
  const { isLoaded, isSignedIn, userId, getToken, signOut } = useAuth();
  const leave = useCallback(() => {
    window.location.hash = "";
    void signOut();
  }, [signOut]);
  const credentials = useMemo(
    () => ({
      tenantId,
      ...(userId ? { subject: userId } : {}),
      // Without a session there is no token: the server then says so, and the page to sign in again is shown.
      getToken: async ({ refresh }: { refresh: boolean }) => (await getToken({ skipCache: refresh })) ?? "",
    }),
    [tenantId, userId, getToken],
  );
  if (!isLoaded) return <p className="gate gate-loading">{t.app.loading}</p>;
  if (isSignedIn) return <OwnPortal key={userId} credentials={credentials} onSignOut={leave} />;
  return (
    <main className="gate">
      <div className="gate-clerk">
        <h1 className="visually-hidden">{t.signIn.title}</h1>
        <SignIn routing="hash" />
      </div>
      <LanguageSwitch />
    </main>
  );
}
