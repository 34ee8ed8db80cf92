import type { MessageRecord } from "../../api/types";
import { Icon, Mark } from "../../app/icons";
import { useLanguage } from "../../i18n/Language";
import { emergencyNumber } from "./emergency";
import type { Outgoing } from "./thread";

/** Something that was said: by the agent in plain text, by the patient in a pill; `isNew` since the page is open. */
export function Message({ message, isNew }: { message: MessageRecord; isNew: boolean }) {
  if (message.role === "patient") return <OwnMessage content={message.content} at={message.created_at} />;
  const number = emergencyNumber(message.content);
  if (number !== null) return <EmergencyMessage content={message.content} number={number} isNew={isNew} />;
  return <AgentMessage message={message} />;
}

function AgentMessage({ message }: { message: MessageRecord }) {
  const { t, format } = useLanguage();
  return (
    <div className="message message-agent">
      <span className="avatar" aria-hidden="true">
        <Mark />
      </span>
      <div>
        <p className="message-meta">
          <strong>{t.chat.agent}</strong> <time dateTime={message.created_at}>{format.time(message.created_at)}</time>
        </p>
        <p className="message-text" dir="auto">
          {message.content}
        </p>
      </div>
    </div>
  );
}

function EmergencyMessage({ content, number, isNew }: { content: string; number: string; isNew: boolean }) {
  const { t } = useLanguage();
  return (
    <div className="message message-emergency" {...(isNew ? { role: "alert" } : {})}>
      <p className="message-emergency-title">
        <Icon name="alert" /> {t.chat.emergency}
      </p>
      <p className="message-text" dir="auto">
        {content}
      </p>
      <a className="button button-emergency" href={`tel:${number}`}>
        <Icon name="phone" /> {t.chat.call(number)}
      </a>
    </div>
  );
}

function OwnMessage({ content, at }: { content: string; at: string }) {
  const { t, format } = useLanguage();
  return (
    <div className="message message-own">
      <span className="visually-hidden">{t.chat.you}</span>
      <p className="pill" dir="auto">
        {content}
      </p>
      <p className="message-meta">
        <time dateTime={at}>{format.time(at)}</time>
      </p>
    </div>
  );
}

interface OutgoingMessageProps {
  readonly outgoing: Outgoing;
  onResend(outgoing: Outgoing): void;
  onDiscard(key: string): void;
}

/** The patient's own message before the server has it. */
export function OutgoingMessage({ outgoing, onResend, onDiscard }: OutgoingMessageProps) {
  const { t } = useLanguage();
  return (
    <div className="message message-own" data-failed={outgoing.isFailed}>
      <span className="visually-hidden">{t.chat.you}</span>
      <p className="pill" dir="auto">
        {outgoing.content}
      </p>
      {outgoing.isFailed ? (
        <div className="message-failed">
          <Icon name="alert" /> <span>{t.chat.notSent}</span>
          <button type="button" className="link-button" onClick={() => onResend(outgoing)}>
            {t.chat.resend}
          </button>
          <button type="button" className="link-button" onClick={() => onDiscard(outgoing.key)}>
            {t.chat.discard}
          </button>
        </div>
      ) : (
        <p className="message-meta">{t.chat.sending}</p>
      )}
    </div>
  );
}
