import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

// The node serves dist/ under a policy that allows no inline script, style or data address, so nothing is
// inlined; jsqr stays a chunk of its own because only those who join from a picture need its weight.
export default defineConfig({
  plugins: [svelte()],
  build: {
    target: 'es2020',
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    sourcemap: false,
  },
});
