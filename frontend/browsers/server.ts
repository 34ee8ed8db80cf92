import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, closeSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Api } from "./api";
import { freePort, Network } from "./network";
import { until } from "./waiting";

const CHECKOUT = join(process.cwd(), "..");
const PYTHON = join(CHECKOUT, ".venv", "bin", "python");
const ENDS_WITHIN_SECONDS = 30;

/** Everything that `make run` starts, with a database of its own, behind a network that can fail. */
export class Server {
  readonly #run: ChildProcess;
  readonly #flagsmith: ChildProcess;
  readonly #folder: string;
  readonly network: Network;
  readonly url: string;
  /** The server itself, also while the network is lost. */
  readonly api: Api;

  private constructor(parts: {
    run: ChildProcess;
    flagsmith: ChildProcess;
    folder: string;
    network: Network;
    url: string;
    port: number;
  }) {
    this.#run = parts.run;
    this.#flagsmith = parts.flagsmith;
    this.#folder = parts.folder;
    this.network = parts.network;
    this.url = parts.url;
    this.api = new Api(`http://127.0.0.1:${parts.port}`);
  }

  static async start(log: string): Promise<Server> {
    // 0755: run by root, the embedded Postgres has an account of its own, which has to get in.
    const folder = mkdtempSync(join(tmpdir(), "curaway-browsers-"));
    chmodSync(folder, 0o755);
    const flagsmith = spawn(PYTHON, [join(CHECKOUT, "frontend", "browsers", "flagsmith.py")], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const [port, front] = [await freePort(), await freePort()];
    const url = `http://127.0.0.1:${front}`;
    const output = openSync(log, "w");
    const run = spawn(PYTHON, ["-m", "curaway.local.run"], {
      cwd: CHECKOUT,
      stdio: ["ignore", output, output],
      env: {
        ...process.env,
        PORT: String(port),
        DATA_DIR: join(folder, "data"),
        // Uploads and callbacks take the way that the browser takes.
        PUBLIC_BASE_URL: url,
        FLAGSMITH_ENVIRONMENT_KEY: "ser.test",
        FLAGSMITH_API_URL: await firstLine(flagsmith),
        SSE_HEARTBEAT_SECONDS: "3",
        RATE_LIMIT_WRITES: "0",
        DEBUG: "on",
      },
    });
    closeSync(output);
    const server = new Server({ run, flagsmith, folder, network: await Network.before(port, front), url, port });
    await server.isReady().catch(async (error: unknown) => {
      await server.stop();
      throw error;
    });
    return server;
  }

  async isReady(): Promise<void> {
    await until("the server is ready", () => this.api.isReady(), { seconds: 90 });
  }

  /** The server's process ends without a word; `make run` starts it again. */
  kill(): void {
    const pids = execFileSync("pgrep", ["-P", String(this.#run.pid), "-f", "uvicorn"], { encoding: "utf8" });
    for (const pid of pids.trim().split("\n")) process.kill(Number(pid), "SIGKILL");
  }

  turnStreaming(to: "on" | "off"): void {
    this.#flagsmith.stdin?.write(`${to}\n`);
  }

  async stop(): Promise<void> {
    this.network.close();
    this.#flagsmith.stdin?.end();
    this.#run.kill("SIGTERM");
    await until("the server has ended", async () => this.#run.exitCode !== null || this.#run.signalCode !== null, {
      seconds: ENDS_WITHIN_SECONDS,
    });
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function firstLine(process: ChildProcess): Promise<string> {
  return new Promise((resolve) => process.stdout?.once("data", (data: Buffer) => resolve(data.toString().trim())));
}
