/** From the build (`vite.config.ts`): the files of the elements' entry, relative to the script; the entry first. */
declare module 'virtual:entry-chunks' {
  export const entryChunks: readonly string[];
}
