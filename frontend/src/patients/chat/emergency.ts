/** How the answers begin that send somebody to the emergency services; a test compares them with the agent's own. */
export const OPENINGS = ["This sounds like an emergency.", "Esto parece una emergencia.", "تبدو هذه حالة طارئة."];

/** The number to call when the answer is one for an emergency; null for every other. */
export function emergencyNumber(content: string): string | null {
  if (!OPENINGS.some((opening) => content.startsWith(opening))) return null;
  return /\d{2,5}/.exec(content)?.[0] ?? null;
}
