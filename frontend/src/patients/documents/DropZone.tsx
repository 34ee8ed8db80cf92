import { type DragEvent, type ReactNode, useState } from "react";

interface DropZoneProps {
  readonly className: string;
  readonly children: ReactNode;
  onFiles(files: readonly File[]): void;
}

/** A place to drop files on; there is always a button for those who do not use a mouse. */
export function DropZone({ className, children, onFiles }: DropZoneProps) {
  const [isOver, setOver] = useState(false);
  const over = (event: DragEvent) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    setOver(true);
  };
  const drop = (event: DragEvent) => {
    setOver(false);
    // Text that is dropped belongs to the field below.
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    onFiles(Array.from(event.dataTransfer.files));
  };
  return (
    <div className={className} data-over={isOver} onDragOver={over} onDragLeave={() => setOver(false)} onDrop={drop}>
      {children}
    </div>
  );
}
