// Only for what it does, and before everything else.
// oxlint-disable-next-line import/no-unassigned-import
import './strictCsp.ts'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app/App.tsx'
import { ChosenFiles } from './core/chosenFiles.ts'
import { keepDrafts } from './core/drafts.ts'
import { connectHost } from './core/host.ts'
import { hearDesktop } from './features/desktop/news.ts'

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no #root')
const host = connectHost()
const core = { host, files: new ChosenFiles(host) }
hearDesktop(core)
keepDrafts(host.client, core.files)
createRoot(root).render(
  <StrictMode>
    <App core={core} />
  </StrictMode>,
)
