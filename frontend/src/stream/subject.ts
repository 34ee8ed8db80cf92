/**
 * Who a session token is about: its `sub`, or null when it is not a JWT.
 *
 * Not verified, that is the server's work: it only keeps apart what belongs to different people.
 */
export function subjectOf(token: string): string | null {
  try {
    const claims = token.split(".")[1]?.replace(/-/g, "+").replace(/_/g, "/");
    if (claims === undefined) return null;
    const bytes = Uint8Array.from(atob(claims), (character) => character.charCodeAt(0));
    const { sub } = JSON.parse(new TextDecoder().decode(bytes)) as { sub?: unknown };
    return typeof sub === "string" && sub !== "" ? sub : null;
  } catch {
    return null;
  }
}
