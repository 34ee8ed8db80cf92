import { describe, expect, it } from "vitest";
import { Wire } from "./wire";

const STREAM = { Accept: "text/event-stream" };
const encoder = new TextEncoder();

/** A server that answers with a stream it writes to by hand. */
function server(type = "text/event-stream; charset=utf-8") {
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  let isCancelled = false;
  const body = new ReadableStream<Uint8Array>({
    start: (given) => {
      controller = given;
    },
    cancel: () => {
      isCancelled = true;
    },
  });
  return {
    send: async () => new Response(body, { headers: { "Content-Type": type, "X-Correlation-ID": "c-1" } }),
    write: (text: string) => controller.enqueue(encoder.encode(text)),
    end: () => controller.close(),
    wasCancelled: () => isCancelled,
  };
}

async function opened(wire: Wire, from: ReturnType<typeof server>) {
  const response = await wire.around(from.send)("/stream", { headers: STREAM });
  if (response.body === null) throw new Error("no body");
  return { response, reader: response.body.getReader() };
}

describe("the wire", () => {
  it("shows each frame with its name, id and data, and passes the bytes on unchanged", async () => {
    const wire = new Wire();
    const from = server();
    const { response, reader } = await opened(wire, from);
    const text = 'id: 4\nevent: document_update\ndata: {"position":4}\n\n';
    from.write(text);
    expect(new TextDecoder().decode((await reader.read()).value)).toBe(text);
    expect(wire.snapshot().frames).toMatchObject([
      { number: 1, name: "document_update", id: "4", data: '{"position":4}' },
    ]);
    expect(wire.snapshot()).toMatchObject({ opened: 1, bytes: text.length, heartbeats: 0 });
    expect(response.headers.get("X-Correlation-ID")).toBe("c-1");
  });

  it("counts heartbeats", async () => {
    const wire = new Wire();
    const from = server();
    const { reader } = await opened(wire, from);
    from.write(":\n");
    await reader.read();
    expect(wire.snapshot()).toMatchObject({ heartbeats: 1, frames: [] });
  });

  it("breaks the stream like a lost network when it is cut, and lets go of the connection", async () => {
    const wire = new Wire();
    const from = server();
    const { reader } = await opened(wire, from);
    const reading = reader.read();
    wire.cut();
    await expect(reading).rejects.toBeInstanceOf(TypeError);
    expect(from.wasCancelled()).toBe(true);
  });

  it("opens no stream while it is off, and does again when it is on", async () => {
    const wire = new Wire();
    wire.switchOff();
    await expect(wire.around(server().send)("/stream", { headers: STREAM })).rejects.toBeInstanceOf(TypeError);
    wire.switchOn();
    await expect(wire.around(server().send)("/stream", { headers: STREAM })).resolves.toBeInstanceOf(Response);
  });

  it("ends when the server ends", async () => {
    const wire = new Wire();
    const from = server();
    const { reader } = await opened(wire, from);
    from.end();
    expect((await reader.read()).done).toBe(true);
    wire.cut();
  });

  it("leaves other answers alone", async () => {
    const wire = new Wire();
    const from = server("application/json");
    const response = await wire.around(from.send)("/events");
    expect(response.headers.get("Content-Type")).toBe("application/json");
    expect(wire.snapshot().opened).toBe(0);
  });

  it("tells its subscribers of every change", () => {
    const wire = new Wire();
    let told = 0;
    const unsubscribe = wire.subscribe(() => (told += 1));
    wire.clear();
    unsubscribe();
    wire.clear();
    expect(told).toBe(1);
  });
});
