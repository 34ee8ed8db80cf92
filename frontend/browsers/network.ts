import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as createSocketServer, type Socket } from "node:net";

const REPORTS = "/csp-reports";

/** A stream that is open through this network. */
interface OpenStream {
  readonly answer: IncomingMessage;
  readonly to: ServerResponse;
}

/**
 * What lies between a browser and the server: it can be lost, and it can fall silent.
 *
 * It counts the open streams, and asks the browser to report what the content security policy refused.
 */
export class Network {
  readonly violations: string[] = [];
  readonly #streams = new Set<OpenStream>();
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  readonly #target: number;
  #isDown = false;
  #opened = 0;

  private constructor(target: number) {
    this.#target = target;
    this.#server = createServer((asked, answer) => this.#pass(asked, answer));
    this.#server.on("connection", (socket: Socket) => {
      if (this.#isDown) return socket.destroy();
      this.#sockets.add(socket);
      return socket.once("close", () => this.#sockets.delete(socket));
    });
  }

  /** Listens on a free port of 127.0.0.1 and passes everything on to `target`, another port of it. */
  static async before(target: number, port: number): Promise<Network> {
    const network = new Network(target);
    await new Promise<void>((resolve) => network.#server.listen(port, "127.0.0.1", resolve));
    return network;
  }

  get openStreams(): number {
    return this.#streams.size;
  }

  /** How many streams were opened since the beginning. */
  get streamsOpened(): number {
    return this.#opened;
  }

  /** Every connection breaks, and no new one is taken. */
  lose(): void {
    this.#isDown = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  restore(): void {
    this.#isDown = false;
  }

  /** The streams that are open stay open and carry nothing more; new connections work. */
  silence(): void {
    for (const { answer, to } of this.#streams) {
      answer.unpipe(to);
      answer.pause();
    }
  }

  close(): void {
    this.lose();
    this.#server.close();
  }

  #pass(asked: IncomingMessage, to: ServerResponse): void {
    if (asked.url === REPORTS) return this.#report(asked, to);
    const { method, url, headers } = asked;
    const onward = request({ host: "127.0.0.1", port: this.#target, method, path: url, headers }, (answer) => {
      to.writeHead(answer.statusCode ?? 502, withReports(answer));
      // The head of a stream has to leave before its first event.
      to.flushHeaders();
      answer.pipe(to);
      if (answer.headers["content-type"]?.startsWith("text/event-stream")) this.#count({ answer, to });
    });
    onward.on("error", () => to.destroy());
    to.once("close", () => onward.destroy());
    asked.pipe(onward);
  }

  #count(stream: OpenStream): void {
    this.#opened += 1;
    this.#streams.add(stream);
    stream.to.once("close", () => this.#streams.delete(stream));
  }

  #report(asked: IncomingMessage, to: ServerResponse): void {
    const parts: Buffer[] = [];
    asked.on("data", (part: Buffer) => parts.push(part));
    asked.on("end", () => {
      this.violations.push(Buffer.concat(parts).toString().slice(0, 500));
      to.writeHead(204).end();
    });
  }
}

function withReports({ headers }: IncomingMessage): IncomingMessage["headers"] {
  const policy = headers["content-security-policy"];
  if (policy === undefined) return headers;
  return { ...headers, "content-security-policy": `${String(policy)}; report-uri ${REPORTS}` };
}

/** A port of 127.0.0.1 that nothing listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createSocketServer().listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
