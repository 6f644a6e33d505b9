import { defineConfig } from 'vite';

// In development the tokens come from the example's server (`node ../server.mjs`).
export default defineConfig({ server: { proxy: { '/room-token': 'http://localhost:4000' } } });
