// @vitest-environment node
import { expect, it } from "vitest";
import { subjectOf } from "./subject";

const jwt = (claims: unknown) =>
  `e30.${Buffer.from(typeof claims === "string" ? claims : JSON.stringify(claims)).toString("base64url")}.signature`;

it.each([
  ["a subject", jwt({ sub: "user_2abc" }), "user_2abc"],
  ["a subject beyond ASCII, whose base64url needs other letters", jwt({ sub: "ü?>~~~ÿ" }), "ü?>~~~ÿ"],
  ["no subject", jwt({}), null],
  ["an empty subject", jwt({ sub: "" }), null],
  ["a subject that is no text", jwt({ sub: 7 }), null],
  ["no JSON", jwt("user_2abc"), null],
  ["no base64", "a.%%%.b", null],
  ["no parts", "opaque", null],
  ["nothing", "", null],
])("a token with %s", (_, token, subject) => {
  expect(subjectOf(token)).toBe(subject);
});
