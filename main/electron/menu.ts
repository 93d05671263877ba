import type { MenuItemConstructorOptions } from 'electron'

export interface MenuParts {
  platform: NodeJS.Platform
  isPackaged: boolean
  openFiles: () => void
  openFolder: (folder: 'logs' | 'data') => void
  about: () => void
}

/** Standard entries where there are any, so that copy, paste, zoom and quit work as everywhere on the platform. */
export function menuTemplate(parts: MenuParts): MenuItemConstructorOptions[] {
  const isMac = parts.platform === 'darwin'
  const developer: MenuItemConstructorOptions[] = parts.isPackaged
    ? []
    : [{ type: 'separator' }, { role: 'reload' }, { role: 'toggleDevTools' }]
  return [
    ...(isMac ? [{ role: 'appMenu' } as const] : []),
    {
      label: '&File',
      submenu: [
        { label: '&Open…', accelerator: 'CmdOrCtrl+O', click: parts.openFiles },
        // Windows keeps the same list at the icon in the taskbar.
        ...(isMac ? [recentFiles] : []),
        { type: 'separator' },
        isMac ? { role: 'close' } : { role: 'quit' },
      ],
    },
    { role: 'editMenu' },
    {
      label: '&View',
      submenu: [
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { type: 'separator' },
        { role: 'togglefullscreen' },
        ...developer,
      ],
    },
    { role: 'windowMenu' },
    {
      role: 'help',
      submenu: [
        { label: 'Open the &log folder', click: () => parts.openFolder('logs') },
        { label: 'Open the &data folder', click: () => parts.openFolder('data') },
        { type: 'separator' },
        { label: '&About Pallet', click: parts.about },
      ],
    },
  ]
}

const recentFiles: MenuItemConstructorOptions = {
  label: 'Open Recent',
  role: 'recentDocuments',
  submenu: [{ label: 'Clear Menu', role: 'clearRecentDocuments' }],
}
