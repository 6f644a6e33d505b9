/** A mail server and a push service that take everything and count it, in a process of their own. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startSmtp } from '../../support/programs/smtp-receiver.ts';

const smtp = await startSmtp();
let pushed = 0;
const service = createServer((request, response) => {
  pushed += 1;
  request.resume().on('end', () => response.writeHead(201).end());
});
await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));

/** Answers each order with the ports and what came so far. */
process.on('message', () => {
  const recipients = new Set(smtp.received.map(({ to }) => to));
  const result = {
    smtpPort: smtp.port,
    pushPort: (service.address() as AddressInfo).port,
    letters: smtp.received.length,
    recipients: recipients.size,
    pushed,
  };
  process.send?.({ result });
});
