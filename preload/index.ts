import { contextBridge, ipcRenderer, webUtils } from 'electron'
import { createBridge } from './bridge.ts'

contextBridge.exposeInMainWorld(
  'pallet',
  createBridge({
    ipcRenderer,
    webUtils,
    deliver: (port) => window.postMessage('pallet-port', window.location.origin, [port]),
  }),
)
