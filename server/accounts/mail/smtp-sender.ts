/** Hands one letter to the house's mail server: the only file that knows nodemailer. */

export interface OutgoingLetter {
  messageId: string;
  to: string;
  subject: string;
  text: string;
  html: string;
  date: Date;
  /** For letters that one can unsubscribe from (RFC 8058). */
  unsubscribeUrl?: string | undefined;
  /** An iCalendar file to attach. */
  event?: string | undefined;
}

/**
 * `refused` is the server's permanent answer about this letter. Every other failure may pass: the server is away or
 * busy, or the house's own settings are wrong (its login, its sender).
 */
export type SendResult = { outcome: 'sent' | 'refused' | 'failed'; answer: string };

export interface LetterSender {
  send(letter: OutgoingLetter): Promise<SendResult>;
  close(): void;
}

export interface MailFrom {
  name: string;
  address: string;
}

/** Letters at a time. */
export const SMTP_CONNECTIONS = 10;
/** Of a whole sending; the library's own limits are per step. */
export const SEND_TIMEOUT_MS = 60_000;
const STEP_TIMEOUT_MS = 15_000;
const ANSWER_CHARS = 500;
/** The steps of SMTP whose refusal concerns the letter, and not the house's login or sender. */
const LETTER_STEPS = new Set(['RCPT TO', 'DATA']);
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

export class SmtpSender implements LetterSender {
  readonly #url: string;
  readonly #from: MailFrom;
  /** Opened with the first letter. */
  #transport: ReturnType<typeof createPool> | undefined;

  constructor({ url, from }: { url: string; from: MailFrom }) {
    this.#url = url;
    this.#from = from;
  }

  async send({ messageId, to, subject, text, html, date, unsubscribeUrl, event }: OutgoingLetter): Promise<SendResult> {
    const headers: Record<string, string> = { 'Auto-Submitted': 'auto-generated' };
    if (unsubscribeUrl) {
      headers['List-Unsubscribe'] = `<${unsubscribeUrl}>`;
      headers['List-Unsubscribe-Post'] = 'List-Unsubscribe=One-Click';
    }
    try {
      this.#transport ??= createPool(this.#url);
      const transport = await this.#transport;
      const { response } = await transport.sendMail({
        messageId,
        date,
        from: this.#from,
        to: { name: '', address: to },
        subject,
        text,
        html,
        headers,
        ...(event && {
          attachments: [{ filename: 'live.ics', content: event, contentType: 'text/calendar; charset=utf-8' }],
        }),
        signal: AbortSignal.timeout(SEND_TIMEOUT_MS),
      });
      return { outcome: 'sent', answer: shorten(response) };
    } catch (error) {
      return toFailure(error);
    }
  }

  close(): void {
    void this.#transport?.then((transport) => transport.close());
  }
}

async function createPool(url: string) {
  const { createTransport } = await import('nodemailer');
  const { username, hostname } = new URL(url);
  return createTransport({
    url,
    pool: true,
    maxConnections: SMTP_CONNECTIONS,
    // Without it, who sits between could strip STARTTLS and read the password.
    requireTLS: username !== '' && !LOOPBACK.has(hostname),
    connectionTimeout: STEP_TIMEOUT_MS,
    greetingTimeout: STEP_TIMEOUT_MS,
    socketTimeout: STEP_TIMEOUT_MS,
    dnsTimeout: STEP_TIMEOUT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

function toFailure(error: unknown): SendResult {
  const { code, command, responseCode, response, message } = error as Partial<{
    code: string;
    command: string;
    responseCode: number;
    response: string;
    message: string;
  }>;
  const isRefused = (responseCode ?? 0) >= 500 && LETTER_STEPS.has(command ?? '');
  // Of other failures the text may quote the settings, so their code alone is kept.
  const answer = response ?? (code && code !== 'EAUTH' ? `${code}: ${message}` : (code ?? 'not sent'));
  return { outcome: isRefused ? 'refused' : 'failed', answer: shorten(answer) };
}

function shorten(answer: string): string {
  return answer.replace(/\s+/g, ' ').trim().slice(0, ANSWER_CHARS);
}
