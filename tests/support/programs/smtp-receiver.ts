/** A house's mail server: records what it is handed, and answers as configured. */
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

export interface ReceivedLetter {
  to: string;
  from: string;
  /** The whole message. */
  raw: string;
  /** One header, unfolded; undefined if it is absent. */
  header(name: string): string | undefined;
  user: string | undefined;
  isEncrypted: boolean;
}

/** `hang`: the message is taken, and the client never learns it. */
type Answer = { code: number; text: string } | 'hang' | undefined;

export interface SmtpReceiver extends AsyncDisposable {
  readonly port: number;
  readonly received: ReceivedLetter[];
  /** Recipients that were named, also by letters that were not taken. */
  readonly named: string[];
  /** Called at each letter that is taken, before the client learns it. */
  onReceived: () => void;
  /** Sets the answers from now on; without one everything is taken. */
  answer(how: { sender?: Answer; recipient?: (address: string) => Answer; message?: Answer }): void;
}

export async function startSmtp(options: SMTPServerOptions = {}): Promise<SmtpReceiver> {
  const received: ReceivedLetter[] = [];
  const named: string[] = [];
  let answers: Parameters<SmtpReceiver['answer']>[0] = {};
  const reply = (answer: Answer, callback: (error?: Error | null) => void) => {
    if (answer === 'hang') return;
    if (!answer) return callback();
    callback(Object.assign(new Error(answer.text), { responseCode: answer.code }));
  };
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    disableReverseLookup: true,
    closeTimeout: 1,
    onAuth: ({ username, password }, _session, callback) =>
      password === 'right-password' ? callback(null, { user: username }) : callback(new Error('wrong password')),
    onMailFrom: (_address, _session, callback) => reply(answers.sender, callback),
    onRcptTo: ({ address }, _session, callback) => {
      named.push(address);
      reply(answers.recipient?.(address), callback);
    },
    onData: async (stream, session, callback) => {
      const chunks: Buffer[] = [];
      try {
        for await (const chunk of stream) chunks.push(chunk as Buffer);
      } catch (error) {
        // The client is gone in the middle of the message.
        return callback(error as Error);
      }
      const raw = Buffer.concat(chunks).toString('utf8');
      const { envelope, user, secure } = session;
      if (!answers.message || answers.message === 'hang') {
        received.push({
          to: envelope.rcptTo.map(({ address }) => address).join(),
          from: envelope.mailFrom ? envelope.mailFrom.address : '',
          raw,
          header: (name) => headerOf(raw, name),
          user: user as string | undefined,
          isEncrypted: secure,
        });
        receiver.onReceived();
      }
      reply(answers.message, callback);
    },
    ...options,
  });
  // A client that goes away, or refuses the certificate.
  server.on('error', () => {});
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const receiver: SmtpReceiver = {
    port: (server.server.address() as AddressInfo).port,
    onReceived: () => {},
    received,
    named,
    answer(how) {
      answers = how;
    },
    async [Symbol.asyncDispose]() {
      await new Promise<void>((resolve) => server.close(resolve));
    },
  };
  return receiver;
}

function headerOf(raw: string, name: string): string | undefined {
  const [head = ''] = raw.split('\r\n\r\n', 1);
  const lines = head.replace(/\r\n[ \t]+/g, ' ').split('\r\n');
  const start = `${name.toLowerCase()}:`;
  return lines
    .find((line) => line.toLowerCase().startsWith(start))
    ?.slice(start.length)
    .trim();
}
