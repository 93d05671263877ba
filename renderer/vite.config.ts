import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

export default defineConfig({
  root: import.meta.dirname,
  // Relative addresses work at `/` of the web host and at app://pallet/ alike.
  base: './',
  plugins: [react(), withoutInlineScripts()],
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

/**
 * Development runs under the same content security policy: what Vite's plugins write into the page comes as files.
 * Vite's own way to wait for a restarted server needs more than the policy allows; dev.ts takes its place.
 */
function withoutInlineScripts(): Plugin {
  const scripts = new Map<string, string>()
  return {
    name: 'pallet:without-inline-scripts',
    apply: 'serve',
    transformIndexHtml: {
      order: 'post',
      handler: (html) =>
        html
          .replaceAll(/<script type="module">([^]*?)<\/script>/g, (_, code: string) => {
            const url = `/inline-${scripts.size}.js`
            scripts.set(url, code)
            return `<script type="module" src="${url}"></script>`
          })
          .replace('</head>', '<script type="module" src="/dev.ts"></script></head>'),
    },
    configureServer(server) {
      server.middlewares.use((request, response, next) => {
        const code = scripts.get(request.url ?? '')
        if (code === undefined) next()
        else response.setHeader('Content-Type', 'text/javascript').end(code)
      })
    },
  }
}
