import { ANSWER_MS, type Hearing } from "./attempt";
import { pause, within } from "./time";

const WAIT_SECONDS = 25;
/** A server that answers at once with nothing, because too many wait, is not asked faster than this. */
const LEAST_MS = 1000;

/** Hear by long polls for `ms`; throws when one fails. */
export async function poll(hearing: Hearing, ms: number, signal: AbortSignal): Promise<void> {
  const { environment, cursor } = hearing;
  if (cursor.position === null) await beginWithSummary(hearing, signal);
  // Counted down, for the clock may be set back.
  for (let left = ms; left > 0;) {
    const asked = environment.now();
    const isNew = await pollOnce(hearing, signal);
    const rest = isNew ? 0 : asked + LEAST_MS - environment.now();
    if (rest > 0) await pause(environment, Math.min(rest, LEAST_MS), signal);
    left -= Math.max(environment.now() - asked, 0);
  }
}

/** Read state and position from `/summary` and begin there. */
export async function beginWithSummary(hearing: Hearing, signal: AbortSignal): Promise<void> {
  const { environment, requests } = hearing;
  const read = (inTime: AbortSignal) => requests.readSummary(inTime);
  const { position, epoch, summary } = await within(environment, ANSWER_MS, signal, read);
  signal.throwIfAborted();
  requests.epoch = epoch;
  hearing.begin(position, summary);
  hearing.healthy();
}

async function pollOnce(hearing: Hearing, signal: AbortSignal): Promise<boolean> {
  const { environment, requests, cursor } = hearing;
  const after = cursor.position ?? 0;
  const page = await within(environment, 1000 * WAIT_SECONDS + ANSWER_MS, signal, (inTime) =>
    requests.readEvents(after, { wait: WAIT_SECONDS }, inTime),
  );
  signal.throwIfAborted();
  hearing.heard();
  // The log ends before what was heard of it: it is another one, such as a restored backup.
  if (page.reset || page.position < after) await beginWithSummary(hearing, signal);
  else cursor.takePage(page);
  hearing.healthy();
  return page.events.length > 0;
}
