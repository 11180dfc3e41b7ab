// The computer's clock, watched: rows carry UTC, and whoever reads them must know when the clock itself was moved.
// Runs in the history service (Node).

/** More than clocks drift or are slewed between two changes of the history. */
const TOLERANCE_MS = 2000;

export interface ClockJump {
  /** What the clock would have shown, and what it shows. UTC, ISO 8601. */
  readonly expected: string;
  readonly found: string;
  /** Negative: backwards. A computer that slept is a jump forwards as well. */
  readonly seconds: number;
}

export interface Clocks {
  /** Milliseconds since 1970, as the computer believes. */
  readonly wall: () => number;
  /** Milliseconds since any moment, never set by anybody. */
  readonly steady: () => number;
}

const REAL: Clocks = { wall: () => Date.now(), steady: () => performance.now() };

export class Clock {
  readonly #clocks: Clocks;
  #last: { wall: number; steady: number };

  /** `newest`: the time of the newest row, or null: a clock that is behind it was set back while Loupe was closed. */
  constructor(newest: string | null, clocks: Clocks = REAL) {
    this.#clocks = clocks;
    const [wall, steady] = [clocks.wall(), clocks.steady()];
    const known = newest === null ? wall : Date.parse(newest);
    this.#last = { wall: Math.max(wall, known), steady };
  }

  /** UTC, ISO 8601 with milliseconds. */
  now(): string {
    return new Date(this.#clocks.wall()).toISOString();
  }

  /** How far the clock was moved since the last question; null when it was not. */
  jump(): ClockJump | null {
    const [wall, steady] = [this.#clocks.wall(), this.#clocks.steady()];
    const expected = this.#last.wall + (steady - this.#last.steady);
    const ms = wall - expected;
    if (Math.abs(ms) <= TOLERANCE_MS) {
      // Small drift is followed, so that a clock that is slewed for hours does not add up to a jump.
      this.#last = { wall, steady };
      return null;
    }
    this.#last = { wall, steady };
    const iso = (time: number): string => new Date(time).toISOString();
    return { expected: iso(expected), found: iso(wall), seconds: Math.round(ms / 1000) };
  }
}
