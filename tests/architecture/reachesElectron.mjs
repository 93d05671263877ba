// What the architecture test must catch. Resolved, not imported: importing would start a download.
import.meta.resolve('electron')
