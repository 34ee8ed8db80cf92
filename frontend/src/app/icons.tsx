import type { SVGProps } from "react";

/** Line drawings on a grid of 24; each path is stroked in the text's colour. */
const PATHS = {
  chat: "M4 5.5h16v11H11l-4.5 3.5v-3.5H4z",
  record: "M8 4.5h8M6 4.5h12v15.5H6zM12 9v6M9 12h6",
  documents: "M7 3.5h7l4 4V20.5H7zM14 3.5v4h4M10 12h5M10 15.5h5",
  match: "M4.5 20.5v-12h6v-4h9v16zM10.5 20.5v-12M14 8h2.5M14 12h2.5M14 16h2.5M7 12h.5M7 16h.5",
  consent: "M12 3.5l7 2.5v5.5c0 4.5-3 7.5-7 9-4-1.500-7-4.500-7-9V6zM9 12l2.200 2.200L15.500 10",
  send: "M5 12h13M12.500 6l6 6-6 6",
  attach: "M12 5v14M5 12h14",
  camera: "M4 8h3.500l1.500-2.500h6L16.500 8H20v11H4zM12 16.500a3.250 3.250 0 1 0 0-6.500 3.250 3.250 0 0 0 0 6.500z",
  upload: "M12 16V5M7.500 9L12 4.500 16.500 9M5 16v3.500h14V16",
  check: "M5.500 12.500l4 4 9-9",
  alert: "M12 4.500l8.500 15h-17zM12 10.500v4M12 17v.2",
  close: "M6.500 6.500l11 11M17.500 6.500l-11 11",
  retry: "M19 12a7 7 0 1 1-2.200-5.100M19 4v4h-4",
  down: "M6.500 9.500l5.500 5.500 5.500-5.500",
  signOut: "M10 4.500H5v15h5M10 12h9.500M15.500 8l4 4-4 4",
  phone:
    "M6 4.500h3.500l1.500 4-2 1.500a11 11 0 0 0 5 5l1.500-2 4 1.500V18c0 1-.8 1.800-1.800 1.800C10.500 19.500 4.500 13.500 4.200 6.300 4.200 5.300 5 4.500 6 4.500z",
  globe:
    "M12 20.500a8.500 8.500 0 1 0 0-17 8.500 8.500 0 0 0 0 17zM3.500 12h17M12 3.500c5 5 5 12 0 17M12 3.500c-5 5-5 12 0 17",
  plane:
    "M12 3.500c1 0 1.500 1 1.500 2.500v3.500l7 4v2l-7-2v4l2 1.500v1.500l-3.500-1-3.500 1v-1.500l2-1.500v-4l-7 2v-2l7-4V6c0-1.500.5-2.500 1.500-2.500z",
} as const;

export type IconName = keyof typeof PATHS;

/** A decoration: what it means is always said in text beside it, or in its button's label. */
export function Icon({ name, ...rest }: { name: IconName } & SVGProps<SVGSVGElement>) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false" data-icon={name} {...rest}>
      <path d={PATHS[name]} />
    </svg>
  );
}

/** The mark: a way that leads around and comes home. */
export function Mark() {
  return (
    <svg className="mark" viewBox="0 0 40 40" aria-hidden="true" focusable="false">
      <path className="mark-way" d="M30 12.500a12.500 12.500 0 1 0 0 15" />
      <path className="mark-cross" d="M20 14v12M14 20h12" />
      <circle className="mark-dot" cx="32" cy="20" r="3.200" />
    </svg>
  );
}
