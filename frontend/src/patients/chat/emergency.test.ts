import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { emergencyNumber, OPENINGS } from "./emergency";

const phrases = JSON.parse(readFileSync("../patients/chat/data/phrases.json", "utf8")) as {
  emergency: { call: Record<string, string> };
};
const answers = Object.values(phrases.emergency.call).map((text) => text.replace("{number}", "911"));

it.each(answers)("knows the agent's own words: %s", (text) => {
  expect(emergencyNumber(text)).toBe("911");
});

it("knows as many languages as the agent", () => {
  expect(OPENINGS).toHaveLength(answers.length);
});

it("takes no other answer for one", () => {
  expect(emergencyNumber("Thank you. I noted 911 mg.")).toBeNull();
});
