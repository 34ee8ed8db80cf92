// @vitest-environment node
import { describe, expect, it, vi } from "vitest";
import { FakeChannels } from "./FakeChannels";
import { FakeLocks } from "./FakeLocks";

const turns = () => new Promise<void>((resolve) => setTimeout(resolve));
const forEver = () => new Promise<void>(() => undefined);

describe("locks", () => {
  it("are granted one after another, in the order they were asked for", async () => {
    const locks = new FakeLocks();
    const held: string[] = [];
    const releases: (() => void)[] = [];
    const hold = (name: string) => () => {
      held.push(name);
      return new Promise<void>((resolve) => releases.push(resolve));
    };
    const first = locks.request({}, "lock", {}, hold("first"));
    void locks.request({}, "lock", {}, hold("second"));
    void locks.request({}, "other", {}, hold("other"));
    await turns();
    expect(held).toEqual(["first", "other"]);
    releases[0]?.();
    await first;
    await turns();
    expect(held).toEqual(["first", "other", "second"]);
  });

  it("that are stolen reject their holder with AbortError", async () => {
    const locks = new FakeLocks();
    const robbed = locks.request({}, "lock", {}, forEver);
    await turns();
    const held = vi.fn(forEver);
    void locks.request({}, "lock", { steal: true }, held);
    await expect(robbed).rejects.toMatchObject({ name: "AbortError" });
    await turns();
    expect(held).toHaveBeenCalledOnce();
  });

  it("that are waited for can be given up, and are then not granted", async () => {
    const locks = new FakeLocks();
    const page = {};
    void locks.request(page, "lock", {}, forEver);
    const waiting = new AbortController();
    const held = vi.fn(forEver);
    const waited = locks.request({}, "lock", { signal: waiting.signal }, held);
    waiting.abort();
    await expect(waited).rejects.toMatchObject({ name: "AbortError" });
    locks.releaseAllOf(page);
    await turns();
    expect(held).not.toHaveBeenCalled();
  });

  it("of a page that is gone go to the next one, never to the page itself", async () => {
    const locks = new FakeLocks();
    const gone = {};
    const again = vi.fn(forEver);
    const next = vi.fn(forEver);
    void locks.request(gone, "lock", {}, forEver);
    void locks.request(gone, "lock", {}, again);
    void locks.request({}, "lock", {}, next);
    await turns();
    locks.releaseAllOf(gone);
    await turns();
    expect(again).not.toHaveBeenCalled();
    expect(next).toHaveBeenCalledOnce();
  });

  it("are not stolen with a signal, as the specification says", async () => {
    const { signal } = new AbortController();
    await expect(new FakeLocks().request({}, "lock", { steal: true, signal }, forEver)).rejects.toMatchObject({
      name: "NotSupportedError",
    });
  });
});

describe("channels", () => {
  it("reach all others of the name, later, in order, with copies", async () => {
    const channels = new FakeChannels();
    const open = (name: string) => channels.open({}, name, (task) => task());
    const [sender, one, two, other] = [open("a"), open("a"), open("a"), open("b")];
    const heard: [string, unknown][] = [];
    const listen = (name: string) => (event: MessageEvent) => heard.push([name, event.data]);
    sender.onmessage = listen("sender");
    one.onmessage = listen("one");
    two.onmessage = listen("two");
    other.onmessage = listen("other");
    const message = { count: 1 };
    sender.postMessage(message);
    message.count = 2;
    sender.postMessage(message);
    expect(heard).toEqual([]);
    await turns();
    expect(heard).toEqual([
      ["one", { count: 1 }],
      ["two", { count: 1 }],
      ["one", { count: 2 }],
      ["two", { count: 2 }],
    ]);
  });

  it("that are closed hear nothing, and can't be spoken through", async () => {
    const channels = new FakeChannels();
    const open = () => channels.open({}, "a", (task) => task());
    const [sender, closed] = [open(), open()];
    closed.onmessage = () => expect.unreachable();
    sender.postMessage(1);
    closed.close();
    await turns();
    expect(() => closed.postMessage(1)).toThrow("closed");
  });
});
