; Offers Pallet for exports in “Open with”. electron-builder's own associations would take these kinds of
; files from the programs that a person opens them with.

!macro palletFor EXT
  WriteRegNone SHELL_CONTEXT "Software\Classes\.${EXT}\OpenWithProgids" "Pallet.Export"
!macroend
!macro palletNotFor EXT
  DeleteRegValue SHELL_CONTEXT "Software\Classes\.${EXT}\OpenWithProgids" "Pallet.Export"
!macroend

!macro customInstall
  WriteRegStr SHELL_CONTEXT "Software\Classes\Pallet.Export" "" "Export"
  WriteRegStr SHELL_CONTEXT "Software\Classes\Pallet.Export\shell\open\command" "" '"$INSTDIR\${APP_EXECUTABLE_FILENAME}" "%1"'
  !insertmacro palletFor "csv"
  !insertmacro palletFor "tsv"
  !insertmacro palletFor "txt"
  !insertmacro palletFor "xlsx"
  !insertmacro palletFor "xls"
  !insertmacro palletFor "ods"
  !insertmacro palletFor "json"
  !insertmacro palletFor "ndjson"
  !insertmacro palletFor "jsonl"
  !insertmacro palletFor "parquet"
  !insertmacro palletFor "zip"
  !insertmacro palletFor "gz"
!macroend

!macro customUnInstall
  DeleteRegKey SHELL_CONTEXT "Software\Classes\Pallet.Export"
  !insertmacro palletNotFor "csv"
  !insertmacro palletNotFor "tsv"
  !insertmacro palletNotFor "txt"
  !insertmacro palletNotFor "xlsx"
  !insertmacro palletNotFor "xls"
  !insertmacro palletNotFor "ods"
  !insertmacro palletNotFor "json"
  !insertmacro palletNotFor "ndjson"
  !insertmacro palletNotFor "jsonl"
  !insertmacro palletNotFor "parquet"
  !insertmacro palletNotFor "zip"
  !insertmacro palletNotFor "gz"
!macroend
