import js from "@eslint/js";
import hooks from "eslint-plugin-react-hooks";
import globals from "globals";
import ts from "typescript-eslint";

export default ts.config(
  { ignores: ["dist", "node_modules", "src/generated"] },
  js.configs.recommended,
  ...ts.configs.strict,
  hooks.configs.flat.recommended,
  {
    languageOptions: { globals: { ...globals.browser, ...globals.node } },
    rules: {
      complexity: ["error", 10],
      "max-lines": ["error", 250],
      "no-console": "error",
    },
  },
  {
    // The engine serves any framework, so it knows none.
    files: ["src/stream/**"],
    rules: { "no-restricted-imports": ["error", { patterns: ["react*", "@tanstack/*", "../patients/*", "../app/*"] }] },
  },
  { files: ["browsers/**", "scripts/**"], rules: { "no-console": "off" } },
);
