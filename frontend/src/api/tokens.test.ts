import { expect, it, vi } from "vitest";
import { tokenCache } from "./tokens";

const MINUTE = 60_000;

function cache() {
  let now = 0;
  let issued = 0;
  const fetchToken = vi.fn(async () => ({
    token: `token-${(issued += 1)}`,
    expires_at: new Date(now + MINUTE).toISOString(),
  }));
  return { getToken: tokenCache(fetchToken, () => now), fetchToken, pass: (ms: number) => (now += ms) };
}

it("asks once for a token that holds", async () => {
  const { getToken, fetchToken } = cache();
  const tokens = [await getToken({ refresh: false }), await getToken({ refresh: false })];
  expect([tokens, fetchToken.mock.calls.length]).toEqual([["token-1", "token-1"], 1]);
});

it("asks for the next before the token ends", async () => {
  const { getToken, pass } = cache();
  await getToken({ refresh: false });
  pass(MINUTE - 10_000);
  expect(await getToken({ refresh: false })).toBe("token-2");
});

it("asks for another when the held one was refused", async () => {
  const { getToken } = cache();
  await getToken({ refresh: false });
  expect(await getToken({ refresh: true })).toBe("token-2");
});

it("asks once for all who ask at the same time", async () => {
  const { getToken, fetchToken } = cache();
  await Promise.all([getToken({ refresh: false }), getToken({ refresh: true }), getToken({ refresh: false })]);
  expect(fetchToken).toHaveBeenCalledOnce();
});

it("asks again after a failure", async () => {
  const fetchToken = vi
    .fn()
    .mockRejectedValueOnce(new Error("down"))
    .mockResolvedValueOnce({ token: "t", expires_at: "" });
  const getToken = tokenCache(fetchToken);
  await expect(getToken({ refresh: false })).rejects.toThrow("down");
  expect(await getToken({ refresh: false })).toBe("t");
});
