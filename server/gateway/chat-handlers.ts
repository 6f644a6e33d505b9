import type { Handlers } from './pipeline.ts';

/** Those of the chat's requests. */
export type ChatHandlers = { [N in keyof Handlers as N extends `chat:${string}` ? N : never]: Handlers[N] };
