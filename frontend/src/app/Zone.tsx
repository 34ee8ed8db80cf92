import { type ReactNode, useEffect, useRef } from "react";

interface ZoneProps {
  readonly id: string;
  readonly className: string;
  readonly title: string;
  /** Whether this is the one zone of a small screen. */
  readonly isCurrent: boolean;
  /** Changes when the reader has asked for this zone: its heading then takes the focus. */
  readonly asked: number;
  readonly children: ReactNode;
}

/** A part of the screen with its heading. */
export function Zone({ id, className, title, isCurrent, asked, children }: ZoneProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (asked > 0 && isCurrent) heading.current?.focus();
  }, [asked, isCurrent]);
  return (
    <section id={id} className={className} data-current={isCurrent} aria-labelledby={`${id}-title`}>
      <h2 id={`${id}-title`} ref={heading} tabIndex={-1} className="zone-title">
        {title}
      </h2>
      {children}
    </section>
  );
}
