import { contextBridge, ipcRenderer, webUtils } from 'electron'
import { createBridge } from './bridge.ts'

contextBridge.exposeInMainWorld(
  'pallet',
  createBridge({
    ipcRenderer,
    webUtils,
    // To this very window, which main has just found to be the app's own main frame.
    deliver: (port) => window.postMessage('pallet-port', '*', [port]),
  }),
)
