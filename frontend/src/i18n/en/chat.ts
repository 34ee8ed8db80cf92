import { counter } from "../plural";

const count = counter("en");

/** The conversation, in English. */
export const chat = {
  chat: {
    title: "Conversation",
    thread: "Messages",
    hello: (name: string) => `Hello, ${name}`,
    empty: "Ask a question, tell us about your health, or begin with one of these.",
    starter: "What do you need from me?",
    error: "The conversation could not be loaded.",
    earlier: "Earlier messages",
    newest: "Newest messages",
    agent: "Curaway",
    you: "You",
    today: "Today",
    sending: "Sending…",
    notSent: "Not sent.",
    resend: "Send again",
    discard: "Discard",
    answering: "Curaway is writing…",
    label: "Your message",
    placeholder: "Write a message…",
    send: "Send",
    attach: "Upload a document",
    hint: "Enter sends, Shift + Enter starts a new line",
    tooLong: (over: number) => count(over, { one: "# character too many", other: "# characters too many" }),
    waiting: (left: string) => `You can send again in ${left}.`,
    needsConsent: "To write to us, please allow us to process your health data.",
    suggestions: "Suggestions",
    emergency: "Emergency",
    call: (number: string) => `Call ${number}`,
  },
};
