import { type FormEvent, type KeyboardEvent, type ReactNode, useId, useLayoutEffect, useRef, useState } from "react";
import { Icon } from "../../app/icons";
import { useCountdown } from "../../app/useCountdown";
import { useLanguage } from "../../i18n/Language";
import { FilePicker } from "../documents/FilePicker";

/** As many characters as the server takes. */
const LONGEST = 4000;
const TALLEST_PX = 168;

interface ComposerProps {
  /** Why nothing can be written now; null when it can. */
  readonly blocked: ReactNode;
  /** Until when the server takes no more (epoch, milliseconds). */
  readonly waitUntil: number | null;
  onSend(content: string): void;
  onFiles(files: readonly File[]): void;
}

/** Where the patient writes: Enter sends, Shift+Enter starts a new line. */
export function Composer({ blocked, waitUntil, onSend, onFiles }: ComposerProps) {
  const { t, format } = useLanguage();
  const [draft, setDraft] = useState("");
  const field = useRef<HTMLTextAreaElement>(null);
  const note = useId();
  const left = useCountdown(waitUntil);
  const over = draft.trim().length - LONGEST;
  const isOpen = !blocked && left === 0;
  const canSend = isOpen && over <= 0 && draft.trim() !== "";

  useLayoutEffect(() => {
    if (!field.current) return;
    field.current.style.height = "auto";
    field.current.style.height = `${Math.min(field.current.scrollHeight, TALLEST_PX)}px`;
  }, [draft]);

  const send = (event?: FormEvent) => {
    event?.preventDefault();
    if (!canSend) return;
    onSend(draft.trim());
    setDraft("");
    field.current?.focus();
  };
  const typed = (event: KeyboardEvent) => {
    // While a word is being composed (Hindi, Arabic with some keyboards), Enter ends the word.
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  };

  return (
    <form className="composer" onSubmit={send}>
      {blocked && <div className="composer-blocked">{blocked}</div>}
      <div className="composer-row">
        <FilePicker source="files" icon="attach" label={t.chat.attach} className="icon-button" onFiles={onFiles} />
        <textarea
          ref={field}
          rows={1}
          dir={draft ? "auto" : undefined}
          value={draft}
          disabled={Boolean(blocked)}
          aria-label={t.chat.label}
          aria-describedby={note}
          placeholder={t.chat.placeholder}
          onChange={(event) => setDraft(event.target.value)}
          onKeyDown={typed}
        />
        <button type="submit" className="send-button" aria-label={t.chat.send} disabled={!canSend}>
          <Icon name="send" />
        </button>
      </div>
      <p id={note} className={over > 0 ? "hint hint-bad" : "hint"}>
        {over > 0 ? t.chat.tooLong(over) : left > 0 ? t.chat.waiting(format.seconds(left)) : t.chat.hint}
      </p>
    </form>
  );
}
