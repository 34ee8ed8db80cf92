import type { Locale } from "../../i18n/locale";

/**
 * The server's sentences about documents that could not be read, in the other languages.
 *
 * The events carry the sentence, and no code for it; one that is not here is shown as it is.
 */
const REASONS: Readonly<Record<string, Readonly<Partial<Record<Locale, string>>>>> = {
  "This document could not be read. Please upload it again, or as a new scan.": {
    es: "No se ha podido leer este documento. Súbalo de nuevo o escanéelo otra vez.",
    ar: "تعذّرت قراءة هذا المستند. يرجى رفعه مرة أخرى أو مسحه ضوئيًا من جديد.",
  },
  "This PDF is protected with a password. Please upload it without the password.": {
    es: "Este PDF está protegido con contraseña. Súbalo sin contraseña.",
    ar: "ملف PDF هذا محمي بكلمة مرور. يرجى رفعه من دون كلمة المرور.",
  },
  "This file is damaged and cannot be opened. Please save or scan it again and upload it.": {
    es: "Este archivo está dañado y no se puede abrir. Guárdelo o escanéelo de nuevo y súbalo.",
    ar: "هذا الملف تالف ولا يمكن فتحه. يرجى حفظه أو مسحه ضوئيًا من جديد ثم رفعه.",
  },
  "This document has more than 50 pages. Please upload it in smaller parts.": {
    es: "Este documento tiene más de 50 páginas. Súbalo en partes más pequeñas.",
    ar: "يحتوي هذا المستند على أكثر من 50 صفحة. يرجى رفعه على أجزاء أصغر.",
  },
  "This picture is too large to read. Please upload it at a lower resolution.": {
    es: "Esta imagen es demasiado grande. Súbala con menor resolución.",
    ar: "هذه الصورة أكبر من أن تُقرأ. يرجى رفعها بدقة أقل.",
  },
  "Reading this document took too long. Please upload it in smaller parts.": {
    es: "Leer este documento llevó demasiado tiempo. Súbalo en partes más pequeñas.",
    ar: "استغرقت قراءة هذا المستند وقتًا طويلًا. يرجى رفعه على أجزاء أصغر.",
  },
  "No text could be found in this document. Please upload a sharper scan or photo.": {
    es: "No se ha encontrado texto en este documento. Suba una foto o un escaneo más nítido.",
    ar: "لم نجد نصًا في هذا المستند. يرجى رفع صورة أو مسح ضوئي أوضح.",
  },
  "Something went wrong on our side while reading this document. We will try again.": {
    es: "Algo ha fallado por nuestra parte al leer este documento. Lo intentaremos de nuevo.",
    ar: "حدث خطأ من جانبنا أثناء قراءة هذا المستند. سنعيد المحاولة.",
  },
};

/** Why a document failed, in the reader's language where we have it. */
export function reasonIn(locale: Locale, reason: string): string {
  return REASONS[reason]?.[locale] ?? reason;
}
