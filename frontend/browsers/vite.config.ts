import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

/** The long suite as one file that Node.js runs: the packages stay outside of it. */
export default defineConfig({
  build: {
    ssr: fileURLToPath(new URL("main.ts", import.meta.url)),
    outDir: fileURLToPath(new URL("../node_modules/.cache/browsers", import.meta.url)),
    emptyOutDir: true,
    target: "node20",
  },
  logLevel: "warn",
});
