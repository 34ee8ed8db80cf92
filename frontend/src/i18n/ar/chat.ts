import type { Texts } from "../en";
import { counter } from "../plural";

const count = counter("ar");

/** The conversation, in Arabic. */
export const chat: Pick<Texts, "chat"> = {
  chat: {
    title: "المحادثة",
    thread: "الرسائل",
    hello: (name) => `مرحبًا ${name}`,
    empty: "اطرح سؤالًا، أو حدّثنا عن صحتك، أو ابدأ بأحد هذه الخيارات.",
    starter: "ماذا تحتاجون مني؟",
    error: "تعذّر تحميل المحادثة.",
    earlier: "رسائل أقدم",
    newest: "أحدث الرسائل",
    agent: "Curaway",
    you: "أنت",
    today: "اليوم",
    sending: "جارٍ الإرسال…",
    notSent: "لم تُرسل.",
    resend: "إرسال مرة أخرى",
    discard: "تجاهل",
    answering: "Curaway يكتب…",
    label: "رسالتك",
    placeholder: "اكتب رسالة…",
    send: "إرسال",
    attach: "رفع مستند",
    hint: "مفتاح Enter للإرسال، وShift مع Enter لسطر جديد",
    tooLong: (over) =>
      count(over, { one: "حرف واحد زائد", two: "حرفان زائدان", few: "# أحرف زائدة", other: "# حرفًا زائدًا" }),
    waiting: (left) => `يمكنك الإرسال مرة أخرى بعد ${left}.`,
    needsConsent: "للكتابة إلينا، يرجى السماح لنا بمعالجة بياناتك الصحية.",
    suggestions: "اقتراحات",
    emergency: "حالة طارئة",
    call: (number) => `اتصل على ${number}`,
  },
};
