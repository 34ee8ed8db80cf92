import type { Locale } from "./locale";

/** Numbers, dates and names the way a language writes them; Western digits everywhere, as in medical documents. */
export interface Formats {
  number(value: number, digits?: number): string;
  /** A share of 0-1 in per cent. */
  percent(share: number): string;
  usd(value: number): string;
  /** A day; what is told as a year or a month stays one. */
  day(iso: string): string;
  time(iso: string): string;
  moment(iso: string): string;
  /** The country's name by its two-letter code. */
  country(code: string): string;
  /** "40 seconds" */
  seconds(left: number): string;
  list(parts: readonly string[]): string;
}

export function formatsOf(locale: Locale): Formats {
  const tag = `${locale}-u-nu-latn-ca-gregory`;
  const countries = new Intl.DisplayNames(tag, { type: "region" });
  const lists = new Intl.ListFormat(tag, { type: "conjunction" });
  const date = (options: Intl.DateTimeFormatOptions) => {
    const format = new Intl.DateTimeFormat(tag, options);
    return (iso: string) => (Number.isNaN(Date.parse(iso)) ? iso : format.format(new Date(iso)));
  };
  const full = date({ day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
  const month = date({ year: "numeric", month: "long", timeZone: "UTC" });
  const moment = date({ day: "numeric", month: "short", year: "numeric", hour: "numeric", minute: "2-digit" });
  return {
    number: (value, digits = 1) =>
      new Intl.NumberFormat(tag, { maximumFractionDigits: digits, useGrouping: true }).format(value),
    percent: (share) => new Intl.NumberFormat(tag, { style: "percent", maximumFractionDigits: 0 }).format(share),
    usd: (value) =>
      new Intl.NumberFormat(tag, {
        style: "currency",
        currency: "USD",
        maximumFractionDigits: 0,
        useGrouping: true,
      }).format(value),
    day: (iso) => [iso, month(iso), full(iso)][iso.split("-").length - 1] ?? full(iso),
    time: date({ timeStyle: "short" }),
    moment,
    country: (code) => nameOf(countries, code),
    seconds: (left) => new Intl.NumberFormat(tag, { style: "unit", unit: "second", unitDisplay: "long" }).format(left),
    list: (parts) => lists.format(parts),
  };
}

function nameOf(countries: Intl.DisplayNames, code: string): string {
  try {
    return countries.of(code) ?? code;
  } catch {
    // Not a country's code at all: `of` throws then, and the patient's own words are better than nothing.
    return code;
  }
}
