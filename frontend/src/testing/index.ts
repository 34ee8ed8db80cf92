export { type Answer, html, neverAnswers, refusal, streamOf, unreachable } from "./answers";
export { FakeBrowser, FakeTab } from "./FakeBrowser";
export { FakeStreamServer } from "./FakeStreamServer";
