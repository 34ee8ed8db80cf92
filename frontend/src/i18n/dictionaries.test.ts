import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ar } from "./ar";
import { en } from "./en";
import { es } from "./es";

type Leaves = Record<string, string | ((...given: never[]) => string)>;

function leaves(texts: object, path = ""): Leaves {
  return Object.assign(
    {},
    ...Object.entries(texts).map(([key, value]: [string, unknown]) =>
      typeof value === "object" && value !== null ? leaves(value, `${path}${key}.`) : { [path + key]: value as string },
    ),
  ) as Leaves;
}

/** A function is called with small numbers: every text of a count takes one, every other takes them as text. */
function said(text: Leaves[string]): string {
  return typeof text === "string" ? text : (text as (...given: unknown[]) => string)(3, "4", "5");
}

const english = leaves(en);

describe.each([
  ["Spanish", leaves(es)],
  ["Arabic", leaves(ar)],
])("%s", (_, dictionary) => {
  it("says everything that English says", () => {
    expect(Object.keys(dictionary).sort()).toEqual(Object.keys(english).sort());
  });

  it("leaves nothing empty or unfilled", () => {
    const bad = Object.entries(dictionary).filter(([, text]) => !said(text).trim() || /undefined|#/.test(said(text)));
    expect(bad.map(([key]) => key)).toEqual([]);
  });

  it("takes as many values as English", () => {
    const arity = (text: Leaves[string] | undefined) => (typeof text === "function" ? text.length : -1);
    const differing = Object.keys(english).filter((key) => arity(english[key]) !== arity(dictionary[key]));
    expect(differing).toEqual([]);
  });
});

it("writes Arabic in Arabic letters, but for names", () => {
  const names = ["app.title", "chat.agent", "documents.announce", "match.priceRange"];
  const latin = Object.entries(leaves(ar)).filter(([, text]) => !/[\u0600-\u06ff]/.test(said(text)));
  expect(latin.map(([key]) => key).sort()).toEqual(names.sort());
});

it("says of a refused file what the server says", () => {
  const table = readFileSync("../docs/reference/errors.md", "utf8");
  const messages = Object.fromEntries(
    [...table.matchAll(/^\| `(\w+)` \| \d+ \| (.*) \|$/gm)].map(([, code = "", message = ""]) => [code, message]),
  );
  const ours = Object.entries(en.errors).filter(([code]) => /^UPLOAD_.*_001$/.test(code));
  expect(ours).toHaveLength(6);
  expect(Object.fromEntries(ours)).toEqual(Object.fromEntries(ours.map(([code]) => [code, messages[code]])));
});

describe("counting", () => {
  it("knows the dual and the plurals of Arabic", () => {
    expect([1, 2, 3, 11].map((pages) => ar.documents.pages(pages))).toEqual([
      "صفحة واحدة",
      "صفحتان",
      "3 صفحات",
      "11 صفحة",
    ]);
  });

  it("knows one and many of English and Spanish", () => {
    expect([en.documents.pages(1), en.documents.pages(2)]).toEqual(["1 page", "2 pages"]);
    expect([es.documents.pages(1), es.documents.pages(2)]).toEqual(["1 página", "2 páginas"]);
  });
});
