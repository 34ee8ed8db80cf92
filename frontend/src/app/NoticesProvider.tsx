import { type ReactNode, useCallback, useMemo, useRef, useState } from "react";
import { asApiError } from "../api/errors";
import { type Notice, NoticesContext } from "./notices";

const AT_MOST = 3;

/** Keeps what went wrong, the newest few, for `NoticeList` to show. */
export function NoticesProvider({ children }: { children: ReactNode }) {
  const [notices, setNotices] = useState<readonly Notice[]>([]);
  const lastId = useRef(0);

  const report = useCallback((error: unknown) => {
    lastId.current += 1;
    const notice = { id: lastId.current, error: asApiError(error) };
    // The same refusal twice is one: the newer reference is the useful one.
    setNotices((shown) => [...shown.filter((other) => other.error.code !== notice.error.code), notice].slice(-AT_MOST));
  }, []);
  const dismiss = useCallback((id: number) => setNotices((shown) => shown.filter((notice) => notice.id !== id)), []);
  const settle = useCallback(
    (code: string) => setNotices((shown) => shown.filter((notice) => notice.error.code !== code)),
    [],
  );

  const value = useMemo(() => ({ notices, report, dismiss, settle }), [notices, report, dismiss, settle]);
  return <NoticesContext value={value}>{children}</NoticesContext>;
}
