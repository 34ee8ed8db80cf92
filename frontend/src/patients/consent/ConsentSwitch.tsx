import { useEffect, useId, useRef, useState } from "react";
import type { ConsentState } from "../../api/types";
import { useLanguage } from "../../i18n/Language";
import { useDecision } from "./useConsents";

interface ConsentSwitchProps {
  readonly consent: ConsentState;
  /** Something was refused for want of this one: it is brought to the reader. */
  readonly isWanted: boolean;
}

/** One purpose: what it is for, and whether it is allowed. */
export function ConsentSwitch({ consent, isWanted }: ConsentSwitchProps) {
  const { t, format } = useLanguage();
  const { mutate, isPending, isSuccess } = useDecision();
  const [isAsking, setAsking] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();
  const { purpose, granted, required, policy_version, updated_at } = consent;
  const { title, what } = t.consent.purposes[purpose];

  useEffect(() => {
    if (isWanted) button.current?.focus();
  }, [isWanted]);

  const press = () => {
    if (isPending) return;
    if (granted && required) setAsking(true);
    else mutate({ purpose, granted: !granted });
  };
  const answer = (isSure: boolean) => {
    setAsking(false);
    button.current?.focus();
    if (isSure) mutate({ purpose, granted: false });
  };

  return (
    <div className="consent" data-wanted={isWanted}>
      <div className="consent-text">
        <h4 id={`${id}-title`}>{title}</h4>
        <p id={`${id}-what`}>{what}</p>
        <p className="consent-state">
          <span>{granted ? t.consent.on : t.consent.off}</span>
          {updated_at && <span>{t.consent.since(format.day(updated_at.slice(0, 10)))}</span>}
          {policy_version && <span>{t.consent.policy(policy_version)}</span>}
        </p>
      </div>
      <button
        ref={button}
        type="button"
        role="switch"
        className="switch"
        aria-checked={granted}
        aria-labelledby={`${id}-title`}
        aria-describedby={`${id}-what`}
        aria-busy={isPending}
        // Not `disabled`: the focus would be lost with every press.
        aria-disabled={isPending}
        onClick={press}
      >
        <span className="switch-knob" />
      </button>
      <span className="visually-hidden" role="status">
        {isSuccess && `${title}: ${granted ? t.consent.on : t.consent.off}`}
      </span>
      {isAsking && (
        <div
          className="consent-sure"
          role="alertdialog"
          aria-labelledby={`${id}-title`}
          aria-describedby={`${id}-sure`}
        >
          <p id={`${id}-sure`}>{t.consent.sure}</p>
          <div className="button-row">
            <button type="button" className="button button-quiet" onClick={() => answer(true)}>
              {t.consent.turnOff}
            </button>
            {/* The safe answer has the focus: what is turned off by mistake stops somebody's care. */}
            <button type="button" className="button" autoFocus onClick={() => answer(false)}>
              {t.consent.keep}
            </button>
          </div>
        </div>
      )}
    </div>
  );
}
