import { type ChangeEvent, useRef } from "react";
import { Icon, type IconName } from "../../app/icons";
import { ACCEPTED } from "./checks";

interface FilePickerProps {
  readonly icon: IconName;
  readonly label: string;
  readonly className: string;
  /** The phone's camera instead of its files; JPEG is asked for, as phones then convert their own formats. */
  readonly source: "files" | "camera";
  onFiles(files: readonly File[]): void;
}

/** A button that opens the browser's file picker, or the phone's camera. */
export function FilePicker({ icon, label, className, source, onFiles }: FilePickerProps) {
  const input = useRef<HTMLInputElement>(null);
  const choose = (event: ChangeEvent<HTMLInputElement>) => {
    onFiles(Array.from(event.target.files ?? []));
    // Otherwise the same file again would be no change.
    event.target.value = "";
  };
  const kind = source === "camera" ? ({ accept: "image/jpeg", capture: "environment" } as const) : { accept: ACCEPTED };
  return (
    <>
      <button type="button" className={className} onClick={() => input.current?.click()}>
        <Icon name={icon} /> <span>{label}</span>
      </button>
      <input
        ref={input}
        type="file"
        hidden
        multiple={source === "files"}
        data-source={source}
        aria-label={label}
        onChange={choose}
        {...kind}
      />
    </>
  );
}
