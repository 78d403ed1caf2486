import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The page on paper: `vite build -c tests/fakes/ui/vite.config.ts --outDir DIR`, then open it without a control plane. */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [react()],
  build: { target: 'esnext', emptyOutDir: true },
});
