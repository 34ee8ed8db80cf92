import { type ReactNode, useState } from "react";
import { Icon } from "../../app/icons";
import { useLanguage } from "../../i18n/Language";
import { Message, OutgoingMessage } from "./Message";
import type { Item, Outgoing } from "./thread";
import { useFollowedEnd } from "./useFollowedEnd";

interface MessageThreadProps {
  readonly items: readonly Item[];
  readonly isAnswering: boolean;
  /** Asks for older messages; null when these are all. */
  readonly onEarlier: (() => void) | null;
  /** How documents and matches look in the conversation. */
  card(item: Exclude<Item, { kind: "message" | "outgoing" }>): ReactNode;
  onResend(outgoing: Outgoing): void;
  onDiscard(key: string): void;
  /** Changes when something new stands below the messages. */
  readonly below: string;
  /** What stands above and below the messages. */
  readonly before?: ReactNode;
  readonly after?: ReactNode;
}

/** The conversation; new messages are announced politely. */
export function MessageThread(props: MessageThreadProps) {
  const { items, isAnswering, below, onEarlier, card, onResend, onDiscard, before, after } = props;
  const { t } = useLanguage();
  const { box, isAway, toEnd } = useFollowedEnd(`${items.length}${items.at(-1)?.id}${isAnswering}${below}`);
  const [opened] = useState(() => items.filter(({ kind }) => kind === "message").at(-1)?.id);
  const openedAt = items.findIndex(({ id }) => id === opened);
  return (
    <div className="thread-frame">
      <div className="thread" ref={box} tabIndex={0} role="group" aria-label={t.chat.thread}>
        <div className="thread-inner">
          {onEarlier && (
            <button type="button" className="button button-quiet thread-earlier" onClick={onEarlier}>
              {t.chat.earlier}
            </button>
          )}
          {before}
          <div role="log" aria-live="polite" aria-relevant="additions" aria-label={t.chat.title}>
            <ol className="messages">
              {items.map((item, place) => (
                <li key={item.id} data-kind={item.kind}>
                  {item.kind === "message" ? (
                    <Message message={item.message} isNew={place > openedAt} />
                  ) : item.kind === "outgoing" ? (
                    <OutgoingMessage outgoing={item.outgoing} onResend={onResend} onDiscard={onDiscard} />
                  ) : (
                    card(item)
                  )}
                </li>
              ))}
            </ol>
          </div>
          {isAnswering && (
            <p className="answering" role="status">
              <span className="dots" aria-hidden="true">
                <i />
                <i />
                <i />
              </span>
              {t.chat.answering}
            </p>
          )}
          {after}
        </div>
      </div>
      {isAway && (
        <button type="button" className="button thread-newest" onClick={toEnd}>
          <Icon name="down" /> {t.chat.newest}
        </button>
      )}
    </div>
  );
}
