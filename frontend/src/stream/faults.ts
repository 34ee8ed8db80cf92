/** The server answered, and not with what was asked for. */
export class Refused extends Error {
  readonly status: number;
  /** `reason` of the envelope's first error, such as `disabled`. */
  readonly reason: string | null;
  /** What `Retry-After` says. */
  readonly retryAfterMs: number | null;

  constructor(status: number, reason: string | null, retryAfterMs: number | null) {
    super(`The server answered ${status}.`);
    this.name = "Refused";
    this.status = status;
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
  }
}

/** What came is not what this server sends: another content type, broken JSON, a frame out of place. */
export class Garbled extends Error {
  override readonly name = "Garbled";
}

/** The connection ended without `done`. */
export class Cut extends Error {
  override readonly name = "Cut";
}

/** Nothing came for too long. */
export class Silent extends Error {
  override readonly name = "Silent";
}

/** The token is somebody else's than the one this stream began with. */
export class SubjectChanged extends Error {
  override readonly name = "SubjectChanged";
}
