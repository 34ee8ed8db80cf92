import "@fontsource/montserrat/400.css";
import "@fontsource/montserrat/600.css";
import "./playground.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { fetchConfig } from "../api/portal";
import { Playground } from "./Playground";

const place = document.getElementById("root");
if (place === null) throw new Error("The page has no #root.");
const root = createRoot(place);

fetchConfig().then(
  (config) => {
    root.render(
      <StrictMode>
        <Playground config={config} />
      </StrictMode>,
    );
  },
  () => root.render(<p role="alert">The server did not say how to sign in. Is it running?</p>),
);
