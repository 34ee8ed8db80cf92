/**
 * Files that are dropped beside a place for them do nothing, until the returned function is called.
 *
 * The browser would open them instead of the page, and what was being written would be gone.
 */
export function refuseStrayFiles(): () => void {
  const listening = new AbortController();
  const refuse = (event: DragEvent) => {
    if (event.defaultPrevented || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "none";
  };
  window.addEventListener("dragover", refuse, { signal: listening.signal });
  window.addEventListener("drop", refuse, { signal: listening.signal });
  return () => listening.abort();
}
