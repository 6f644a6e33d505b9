import { defineConfig } from 'drizzle-kit';

/** For `npm run migration`: compares the schemas with the migrations and writes the next one. */
export default defineConfig({
  dialect: 'postgresql',
  schema: './server/*/*.schema.ts',
  out: './server/platform/migrations',
});
