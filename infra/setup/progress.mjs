// What set-up shows of itself: nothing for steps that take less than two seconds; for longer ones a line that counts
// the seconds in place on a terminal, and a line now and then where the output goes to a file.
const quietMs = 2_000;
const terminalTickMs = 500;
const logTickMs = 15_000;

// Runs `work`, which may call `report(detail)` to say how far it is.
export async function withProgress(title, work) {
  const line = new ProgressLine(title);
  try {
    const result = await work((detail) => line.setDetail(detail));
    line.close('done');
    return result;
  } catch (error) {
    line.close('failed');
    throw error;
  }
}

export function note(text) {
  process.stderr.write(`[loge] ${text}\n`);
}

class ProgressLine {
  #title;
  #detail = '';
  #startedAt = Date.now();
  #shown = false;
  #timer;
  #isTerminal = process.stderr.isTTY === true;

  constructor(title) {
    this.#title = title;
    this.#timer = setTimeout(() => this.#show(), quietMs);
    this.#timer.unref();
  }

  setDetail(detail) {
    this.#detail = detail;
  }

  close(outcome) {
    clearTimeout(this.#timer);
    if (!this.#shown) return;
    const start = this.#isTerminal ? '\r\x1b[2K' : '';
    process.stderr.write(`${start}[loge] ${this.#title}: ${outcome} in ${this.#elapsedSeconds()} s\n`);
  }

  #show() {
    const detail = this.#detail === '' ? '' : ` (${this.#detail})`;
    const text = `[loge] ${this.#title} … ${this.#elapsedSeconds()} s${detail}`;
    process.stderr.write(
      this.#isTerminal ? `\r\x1b[2K${text.slice(0, (process.stderr.columns || 80) - 1)}` : `${text}\n`,
    );
    this.#shown = true;
    this.#timer = setTimeout(() => this.#show(), this.#isTerminal ? terminalTickMs : logTickMs);
    this.#timer.unref();
  }

  #elapsedSeconds() {
    return Math.round((Date.now() - this.#startedAt) / 1000);
  }
}
