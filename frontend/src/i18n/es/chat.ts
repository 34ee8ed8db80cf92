import type { Texts } from "../en";
import { counter } from "../plural";

const count = counter("es");

/** The conversation, in Spanish; patients are addressed as "usted". */
export const chat: Pick<Texts, "chat"> = {
  chat: {
    title: "Conversación",
    thread: "Mensajes",
    hello: (name) => `Hola, ${name}`,
    empty: "Haga una pregunta, cuéntenos sobre su salud o empiece por aquí.",
    starter: "¿Qué necesitan de mí?",
    error: "No se ha podido cargar la conversación.",
    earlier: "Mensajes anteriores",
    newest: "Mensajes nuevos",
    agent: "Curaway",
    you: "Usted",
    today: "Hoy",
    sending: "Enviando…",
    notSent: "No enviado.",
    resend: "Enviar de nuevo",
    discard: "Descartar",
    answering: "Curaway está escribiendo…",
    label: "Su mensaje",
    placeholder: "Escriba un mensaje…",
    send: "Enviar",
    attach: "Subir un documento",
    hint: "Intro envía, Mayús + Intro empieza otra línea",
    tooLong: (over) => count(over, { one: "# carácter de más", other: "# caracteres de más" }),
    waiting: (left) => `Podrá enviar de nuevo en ${left}.`,
    needsConsent: "Para escribirnos, permítanos tratar sus datos de salud.",
    suggestions: "Sugerencias",
    emergency: "Emergencia",
    call: (number) => `Llamar al ${number}`,
  },
};
