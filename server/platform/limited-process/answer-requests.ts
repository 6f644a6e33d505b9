/** The inside of a `LimitedProcess`. */
import { AppError, type ErrorCode } from '../../protocol/errors.ts';

export type Reply<Answer> = { answer: Answer } | { error: { code: ErrorCode; message: string } };

/** Answers the requests of the house's process, until that ends. */
export function answerRequests<Request, Answer>(handle: (request: Request) => Promise<Answer>): void {
  process.on('message', async (request) => process.send?.(await reply(handle(request as Request))));
  process.once('disconnect', () => process.exit());
  process.send?.('ready');
}

async function reply<Answer>(answer: Promise<Answer>): Promise<Reply<Answer>> {
  try {
    return { answer: await answer };
  } catch (error) {
    const { code, message } = error instanceof AppError ? error : new AppError('internal', String(error));
    return { error: { code, message } };
  }
}
