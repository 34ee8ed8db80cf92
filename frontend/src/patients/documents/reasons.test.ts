import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { reasonIn } from "./reasons";

it("translates every sentence that the server gives for a failed document", () => {
  const faults = readFileSync("../patients/documents/faults.py", "utf8").replace("{MAX_PAGES}", "50");
  const sentences = [...faults.matchAll(/reason(?:: ClassVar\[str\])? = f?"(.*)"/g)].map(([, text = ""]) => text);
  expect(sentences.length).toBeGreaterThan(6);
  expect(sentences.filter((sentence) => reasonIn("es", sentence) === sentence)).toEqual([]);
  expect(sentences.filter((sentence) => reasonIn("ar", sentence) === sentence)).toEqual([]);
});

it("shows a sentence it does not know as it is", () => {
  expect(reasonIn("es", "Something new.")).toBe("Something new.");
});
