/**
 * Fields of mediasoup's consumer statistics, which the worker takes from RTCP receiver reports; SRTCP authenticates
 * these.
 */
export interface ReportedStat {
  ssrc: number;
  roundTripTime?: number;
  jitter?: number;
  packetsLost: number;
  fractionLost: number;
}

const NO_REPORT = '0 0 0 0';

/**
 * Detects whether a client receives media: a browser sends a report about each stream once a second (RFC 3550, section
 * 6.4.2). mediasoup has neither a count nor the time of these reports, and its byte counters include ICE connectivity
 * checks. But each report sets the round trip (measured to a fraction of a millisecond), the jitter and the loss of the
 * consumer: a change in any of them means a new report.
 */
export class ReceiverReports {
  readonly #last = new Map<number, string>();
  #seen = 0;

  /** How many checks have found a new report. */
  get seen(): number {
    return this.#seen;
  }

  /** Whether a report has arrived since the last check of these streams. */
  check(stats: readonly ReportedStat[]): boolean {
    let isNew = false;
    for (const { ssrc, roundTripTime = 0, jitter = 0, packetsLost, fractionLost } of stats) {
      const reported = [roundTripTime, jitter, packetsLost, fractionLost].join(' ');
      if (reported !== (this.#last.get(ssrc) ?? NO_REPORT)) isNew = true;
      this.#last.set(ssrc, reported);
    }
    if (isNew) this.#seen++;
    return isNew;
  }
}
