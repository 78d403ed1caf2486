import { defineConfig } from 'vite';

/** The command line, for Node. Its packages stay in node_modules: some hold native parts. */
export default defineConfig({
  build: {
    outDir: 'out/cli',
    ssr: 'core/cli/main.ts',
    target: 'node24',
    rollupOptions: { output: { format: 'es', entryFileNames: 'main.js' } },
  },
});
