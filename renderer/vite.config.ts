import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  root: import.meta.dirname,
  // Relative addresses work at `/` of the web host and at app://pallet/ alike.
  base: './',
  plugins: [react()],
  build: {
    emptyOutDir: true,
    target: 'es2023',
    // The content security policy allows no data: address but for images, and no inline script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // One window, loaded from this computer: one file is the quickest.
    chunkSizeWarningLimit: 1500,
  },
})
