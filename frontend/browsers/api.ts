const TENANT = "tenant-curaway-patients";

/** One event, as far as a scenario looks at it. */
interface LoggedEvent {
  readonly position: number;
  readonly event_type: string;
}

/** The server asked directly, to compare with what a page shows. */
export class Api {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  async isReady(): Promise<boolean> {
    return fetch(`${this.#url}/ready`).then(
      ({ status }) => status === 200,
      () => false,
    );
  }

  /** Everything that was streamed about a patient, from the beginning. */
  async events(patientId: string): Promise<LoggedEvent[]> {
    const read: LoggedEvent[] = [];
    for (let hasMore = true; hasMore;) {
      const after = read.at(-1)?.position ?? 0;
      const page = await this.#get<{ events: LoggedEvent[]; has_more: boolean }>(
        patientId,
        `/api/v1/patients/${patientId}/events?after=${after}&limit=500`,
      );
      read.push(...page.events);
      hasMore = page.has_more;
    }
    return read;
  }

  /** Record `count` made-up events about a patient. */
  async emit(patientId: string, count: number): Promise<void> {
    for (let left = count; left > 0; left -= 1) await this.#post("/portal/test-event", patientId);
  }

  async #get<Data>(patientId: string, path: string): Promise<Data> {
    const { token } = (await this.#post("/portal/token", patientId)) as { token: string };
    const headers = { Authorization: `Bearer ${token}`, "X-Tenant-ID": TENANT };
    return ((await answered(await fetch(this.#url + path, { headers }))) as { data: Data }).data;
  }

  async #post(path: string, patientId: string): Promise<unknown> {
    const body = JSON.stringify({ patient_id: patientId });
    const headers = { "Content-Type": "application/json" };
    return answered(await fetch(this.#url + path, { method: "POST", headers, body }));
  }
}

async function answered(response: Response): Promise<unknown> {
  if (!response.ok) throw new Error(`${response.url} answered ${response.status}`);
  return response.json();
}
