@rem The command line of an installation: a Node of its own, and Pallet beside the app.
@"%~dp0node.exe" "%~dp0..\app.asar.unpacked\command\build\pallet.mjs" %*
