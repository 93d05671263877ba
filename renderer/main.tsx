// Only for what it does, and before everything else.
// oxlint-disable-next-line import/no-unassigned-import
import './strictCsp.ts'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app/App.tsx'
import { ChosenFiles } from './core/chosenFiles.ts'
import { connectHost } from './core/host.ts'

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no #root')
const host = connectHost()
createRoot(root).render(
  <StrictMode>
    <App core={{ host, files: new ChosenFiles(host) }} />
  </StrictMode>,
)
