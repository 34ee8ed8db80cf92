import { setTimeout as pause } from "node:timers/promises";

const LOOK_MS = 100;

/** What `look` finds, as soon as that is neither null nor false; throws when it does not come. */
export async function until<Found>(
  what: string,
  look: () => Promise<Found | null | false>,
  { seconds = 20 }: { seconds?: number } = {},
): Promise<Found> {
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const found = await look();
    if (found !== null && found !== false) return found;
    if (Date.now() > deadline) throw new Error(`Not within ${seconds} s: ${what}`);
    await pause(LOOK_MS);
  }
}
