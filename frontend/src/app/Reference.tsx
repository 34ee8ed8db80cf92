import { useState } from "react";
import { useLanguage } from "../i18n/Language";

/** The correlation id, to be quoted to support. */
export function Reference({ id }: { id: string }) {
  const { t } = useLanguage();
  const [isCopied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(id);
    setCopied(true);
  };
  return (
    <p className="reference">
      {t.problems.reference} <code dir="ltr">{id}</code>{" "}
      {"clipboard" in navigator && (
        <button type="button" className="link-button" onClick={() => void copy()}>
          {isCopied ? t.problems.copied : t.problems.copy}
        </button>
      )}
    </p>
  );
}
