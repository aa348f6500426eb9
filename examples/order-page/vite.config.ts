import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  // Relative addresses, because the page is served at any path.
  base: './',
  plugins: [react()],
  // No data: URLs and no inline script, so that the content security policy can stay closed.
  build: { target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
});
