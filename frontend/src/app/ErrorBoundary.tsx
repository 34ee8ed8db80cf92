import { Component, type ReactNode } from "react";
import { useLanguage } from "../i18n/Language";
import { FullPageProblem } from "./FullPageProblem";

/** What nobody foresaw, such as a file of ours that did not arrive, leaves a page that says so, not an empty one. */
export class ErrorBoundary extends Component<{ readonly children: ReactNode }, { readonly isBroken: boolean }> {
  override readonly state = { isBroken: false };

  static getDerivedStateFromError() {
    return { isBroken: true };
  }

  override render() {
    return this.state.isBroken ? <Broken /> : this.props.children;
  }
}

function Broken() {
  const { t } = useLanguage();
  return (
    <FullPageProblem problem="broken" correlationId={null}>
      <button type="button" className="button" onClick={() => window.location.reload()}>
        {t.app.retry}
      </button>
    </FullPageProblem>
  );
}
