import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import "./styles/index.css";
import { LanguageProvider } from "../i18n/LanguageProvider";
import { preferred } from "../i18n/locale";
import { loadFirstTexts } from "../i18n/texts";
import { App } from "./App";

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root to render into.");
const spoken = await loadFirstTexts(preferred(navigator.languages));
createRoot(root).render(
  <StrictMode>
    <LanguageProvider initial={spoken}>
      <App />
    </LanguageProvider>
  </StrictMode>,
);
