import { useState } from "react";
import { useLanguage } from "../i18n/Language";
import { Icon } from "./icons";
import { type Notice, sentenceOf, useNotices } from "./notices";
import { Reference } from "./Reference";
import { useCountdown } from "./useCountdown";

const SECOND_MS = 1000;

/** What went wrong, announced at once, with the reference to quote to support. */
export function NoticeList({ onOpenConsents }: { onOpenConsents: (purpose: string | null) => void }) {
  const { t } = useLanguage();
  const { notices, dismiss } = useNotices();
  return (
    <section className="notices" role="alert" aria-label={t.problems.notices}>
      {notices.map((notice) => (
        <NoticeCard
          key={notice.id}
          notice={notice}
          onDismiss={() => dismiss(notice.id)}
          onOpenConsents={() => {
            dismiss(notice.id);
            onOpenConsents(notice.error.reason);
          }}
        />
      ))}
    </section>
  );
}

interface NoticeCardProps {
  readonly notice: Notice;
  onDismiss(): void;
  onOpenConsents(): void;
}

function NoticeCard({ notice, onDismiss, onOpenConsents }: NoticeCardProps) {
  const { t, format } = useLanguage();
  const { error } = notice;
  const [until] = useState(() => (error.retryAfter === null ? null : Date.now() + error.retryAfter * SECOND_MS));
  const left = useCountdown(until);
  return (
    <div className="notice">
      <Icon name="alert" />
      <div className="notice-body">
        <p dir="auto">{sentenceOf(error, t)}</p>
        {left > 0 && <p aria-live="off">{t.problems.again(format.seconds(left))}</p>}
        {error.correlationId && <Reference id={error.correlationId} />}
        {error.code === "CONSENT_REQUIRED_001" && (
          <button type="button" className="button button-quiet" onClick={onOpenConsents}>
            {t.consent.open}
          </button>
        )}
      </div>
      <button type="button" className="icon-button" aria-label={t.app.close} onClick={onDismiss}>
        <Icon name="close" />
      </button>
    </div>
  );
}
