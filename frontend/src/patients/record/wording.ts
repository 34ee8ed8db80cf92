import type { Texts } from "../../i18n/en";
import type { Formats } from "../../i18n/format";
import type { Entry } from "./summary";

/** UCUM units as people write them; the others are written as they are. */
const UNITS: Readonly<Record<string, string>> = {
  "{tablet}": "×",
  "{capsule}": "×",
  "{puff}": "×",
  "{drop}": "×",
  "mm[Hg]": "mmHg",
  "10*9/L": "×10⁹/L",
  "10*12/L": "×10¹²/L",
  "10*3/uL": "×10³/µL",
  "10*6/uL": "×10⁶/µL",
  "mL/min/{1.73_m2}": "mL/min/1.73 m²",
  "/min": "/min",
  Cel: "°C",
  "[degF]": "°F",
  "[lb_av]": "lb",
  "[in_i]": "in",
};

/** The words of one entry beside its name: dose, side, status, value; only what the source told. */
export function detailsOf(entry: Entry, t: Texts, format: Formats): string[] {
  return [
    ...measured(entry, t, format),
    ...dosed(entry, t, format),
    saysSide(entry) ? null : named(t.record.side, entry.laterality),
    entry.stage ?? null,
    named(t.record.severity, entry.severity),
    entry.reaction ? t.record.reaction(entry.reaction) : null,
    isSaid(entry.status) ? named(t.record.status, entry.status) : null,
    dated(entry, format),
  ].filter((part): part is string => part !== null && part !== "");
}

/** "Unilateral primary osteoarthritis, right knee" needs no "right" beside it. */
function saysSide({ display, laterality = "" }: Entry): boolean {
  return display.toLowerCase().includes(laterality);
}

/** What goes without saying is not said. */
function isSaid(status: string | undefined): boolean {
  return status !== "active" && status !== "final" && status !== "unknown";
}

function dated({ date, effective }: Entry, format: Formats): string | null {
  const told = date ?? effective;
  return told === undefined ? null : format.day(told);
}

function named(names: Readonly<Record<string, string>>, name: string | undefined): string | null {
  return name === undefined ? null : (names[name] ?? name);
}

function dosed(entry: Entry, t: Texts, format: Formats): (string | null)[] {
  const dose = entry.dose_value === undefined ? null : quantity(entry.dose_value, entry.dose_unit, format);
  return [
    dose,
    entry.times_per_day !== undefined && Number.isInteger(entry.times_per_day)
      ? t.record.perDay(entry.times_per_day)
      : (entry.frequency ?? null),
    entry.as_needed ? t.record.asNeeded : null,
    entry.since ? t.record.since(entry.since) : null,
  ];
}

function measured(entry: Entry, t: Texts, format: Formats): (string | null)[] {
  const parts = (entry.components ?? []).map((part) => `${part.display}: ${quantity(part.value, part.unit, format)}`);
  const value = entry.value === undefined ? null : (entry.comparator ?? "") + quantity(entry.value, entry.unit, format);
  const range =
    entry.low !== undefined && entry.high !== undefined
      ? t.record.range(format.number(entry.low, 2), format.number(entry.high, 2))
      : null;
  return [value, ...parts, range];
}

function quantity(value: number | string, unit: string | undefined, format: Formats): string {
  const amount = typeof value === "number" ? format.number(value, 3) : value;
  return unit ? `${amount} ${UNITS[unit] ?? unit}` : amount;
}

/** A preference's value, whatever the conversation kept of it. */
export function wishOf(value: unknown, t: Texts, format: Formats): string {
  if (typeof value === "boolean") return value ? t.record.yes : t.record.no;
  if (typeof value === "number") return format.number(value);
  if (Array.isArray(value)) return format.list(value.map((part) => wishOf(part, t, format)));
  if (typeof value === "object" && value !== null) {
    return Object.values(value)
      .map((part) => wishOf(part, t, format))
      .join(" ");
  }
  return typeof value === "string" ? value : "";
}
