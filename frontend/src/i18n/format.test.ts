import { expect, it } from "vitest";
import { formatsOf } from "./format";
import { nearest, preferred } from "./locale";

it("writes numbers and money the way the language does, in Western digits", () => {
  expect(formatsOf("en").usd(11950)).toBe("$11,950");
  expect(formatsOf("es").number(1234.5)).toBe("1.234,5");
  expect(formatsOf("ar").number(1234.5)).toMatch(/^1[,٬]234[.٫]5$/);
});

it("keeps a date as exact as it was told", () => {
  const { day } = formatsOf("en");
  expect([day("2021"), day("2021-03"), day("1961-04-12"), day("last spring")]).toEqual([
    "2021",
    "March 2021",
    "Apr 12, 1961",
    "last spring",
  ]);
});

it("names countries, and leaves what is none as it is", () => {
  expect([formatsOf("es").country("AE"), formatsOf("en").country("nowhere")]).toEqual([
    "Emiratos Árabes Unidos",
    "nowhere",
  ]);
});

it("falls back to English for a language that the screen is not written in", () => {
  expect([nearest("es-MX"), nearest("tr"), nearest(null), nearest("constructor")]).toEqual(["es", "en", "en", "en"]);
  expect([preferred(["fr-FR", "ar-EG"]), preferred(["fr"]), preferred([])]).toEqual(["ar", "en", "en"]);
});
