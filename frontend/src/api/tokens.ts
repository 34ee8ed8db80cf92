/** A session token, and until when it holds. */
export interface Token {
  readonly token: string;
  readonly expires_at: string;
}

/** A token that ends within this is not used for a new request. */
const MARGIN_MS = 15_000;

/** Keeps one token in memory only, asks for the next when it is about to end, and never for two at once. */
export function tokenCache(fetchToken: () => Promise<Token>, now: () => number = Date.now) {
  let held: Token | null = null;
  let asking: Promise<Token> | null = null;

  async function renewed(): Promise<Token> {
    asking ??= fetchToken().finally(() => {
      asking = null;
    });
    held = await asking;
    return held;
  }

  return async function getToken({ refresh }: { refresh: boolean }): Promise<string> {
    const isGood = held !== null && !refresh && Date.parse(held.expires_at) - now() > MARGIN_MS;
    return (isGood && held ? held : await renewed()).token;
  };
}
