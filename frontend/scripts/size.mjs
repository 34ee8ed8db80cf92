// What a browser downloads before a patient sees their screen, gzipped, against the budget. Clerk's part is not in
// it (only those who sign in with Clerk load that), nor the developers' playground. Run after `npm run build`.
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const BUDGET_KB = 120;
const assets = new URL("../dist/assets/", import.meta.url);
const entry = /<script type="module"[^>]*src="\/assets\/([^"]+)"/.exec(
  readFileSync(new URL("../dist/index.html", import.meta.url), "utf8"),
)?.[1];
if (!entry) throw new Error("dist/index.html names no module: run `npm run build` first.");

const sourceOf = (name) => readFileSync(new URL(name, assets));

/** The files that a file imports statically, and those, and so on. */
function closure(name, seen = new Set()) {
  if (seen.has(name)) return seen;
  seen.add(name);
  const imports = /(?:^|[;}\s])(?:import|export)\s*(?:[\w*{}\s$,]+\s*from\s*)?["']\.\/([\w.-]+\.js)["']/g;
  for (const [, imported] of sourceOf(name).toString().matchAll(imports)) closure(imported, seen);
  return seen;
}

const kilobytes = (name) => gzipSync(sourceOf(name), { level: 9 }).length / 1024;

// One language is always loaded besides; the largest counts.
const languages = readdirSync(assets).filter((name) => /^(en|es|ar)-[\w-]+\.js$/.test(name));
if (languages.length !== 3) throw new Error(`Expected a file for each of 3 languages, found: ${languages.join(", ")}`);
const largest = languages.sort((one, other) => kilobytes(other) - kilobytes(one))[0];

const files = [...closure(entry), ...closure(largest)].filter((name, place, all) => all.indexOf(name) === place);
for (const name of files) console.log(`${kilobytes(name).toFixed(1).padStart(7)} KB  ${name}`);
const total = files.reduce((sum, name) => sum + kilobytes(name), 0);
console.log(`${total.toFixed(1).padStart(7)} KB of ${BUDGET_KB} KB gzip, without Clerk`);
if (total > BUDGET_KB) {
  console.error("The first screen has become too heavy: load what it does not need later.");
  process.exit(1);
}
