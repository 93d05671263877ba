/** What starts `pallet serve` with the computer, in the words of who starts it. */
export const serviceKinds = ['systemd', 'launchd'] as const

export interface ServicePlace {
  /** Absolute paths: of Node, of the script that it runs, and of the home. */
  node: string
  entry: string
  home: string
}

/** A user unit of systemd, or an agent of launchd; for the user who installs it, who owns the home. */
export function serviceFile(
  kind: (typeof serviceKinds)[number],
  { node, entry, home }: ServicePlace,
): string {
  const words = [node, entry, '--home', home, 'serve']
  switch (kind) {
    case 'systemd':
      return `# Install: pallet service print > ~/.config/systemd/user/pallet.service
#          systemctl --user enable --now pallet; loginctl enable-linger
# Secrets that no keychain has: Environment=PALLET_SECRET_… in a drop-in that only you can read.
[Unit]
Description=Pallet: watched folders, and runs that were cut off
After=network-online.target

[Service]
ExecStart=${words.map(unitWord).join(' ')}
# Its address lets in whoever reads it, and belongs in no journal; the commands find it without.
StandardOutput=null
Restart=on-failure
RestartSec=10
# A run halts at its next checkpoint.
TimeoutStopSec=90

[Install]
WantedBy=default.target
`
    case 'launchd':
      return `<?xml version="1.0" encoding="UTF-8"?>
<!-- Install: pallet service print > ~/Library/LaunchAgents/app.pallet.serve.plist
              launchctl bootstrap gui/$(id -u) ~/Library/LaunchAgents/app.pallet.serve.plist -->
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
  <dict>
    <key>Label</key>
    <string>app.pallet.serve</string>
    <key>ProgramArguments</key>
    <array>
${words.map((word) => `      <string>${xmlText(word)}</string>`).join('\n')}
    </array>
    <key>RunAtLoad</key>
    <true/>
    <key>KeepAlive</key>
    <dict>
      <key>SuccessfulExit</key>
      <false/>
    </dict>
    <key>ExitTimeOut</key>
    <integer>90</integer>
  </dict>
</plist>
`
  }
}

/** systemd.syntax(7): in quotes, with its own specifiers and variables taken literally. */
function unitWord(word: string): string {
  return `"${word.replace(/[\\"]/g, '\\$&').replaceAll('%', '%%').replaceAll('$', '$$$$')}"`
}

function xmlText(word: string): string {
  return word.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
