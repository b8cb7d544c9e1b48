; The Windows installer: NSIS 3, Unicode. Compiled by installer/release.py, on Windows and elsewhere:
;   makensis -DVERSION=0.1.0 -DBUNDLE=build/dist/tagwatch -DOUT=dist/Tagwatch-0.1.0-setup.exe installer/windows.nsi
;
; For the user who runs it, without administrator rights. With /ALLUSERS for everybody on this computer: run it elevated.
; Switches: /S silent · /ALLUSERS · /SERVICE (with /ALLUSERS) · /NOSHORTCUT · /NOASSOCIATE · /D=C:\folder (last, without
; quotes)
; Uninstall: /S silent · /PURGE also removes settings, workspaces, logs and records of the user who runs it.
; Exit codes: 0 done · 1 cancelled · 2 failed (a program that does not close, no rights, no space).
Unicode true
!include "MUI2.nsh"
!include "FileFunc.nsh"
!include "LogicLib.nsh"
!include "x64.nsh"
!include "Win\COM.nsh"
!include "Win\Propkey.nsh"

!define NAME "Tagwatch"
!define UNINSTALL_KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\${NAME}"
!define PROGRAM_KEY "Software\${NAME}"
!define DOCUMENT "Tagwatch.Workspace"
; The window gives itself the same: the taskbar knows both as one (APP_ID in ui/native.py).
!define APP_ID "Tagwatch.Tagwatch"

Name "${NAME}"
OutFile "${OUT}"
RequestExecutionLevel user
ManifestDPIAware true
SetCompressor /SOLID lzma
BrandingText "${NAME} ${VERSION}"
VIProductVersion "${VERSION}.0"
VIAddVersionKey "ProductName" "${NAME}"
VIAddVersionKey "ProductVersion" "${VERSION}"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "FileDescription" "${NAME} setup"
VIAddVersionKey "CompanyName" "${NAME}"
VIAddVersionKey "LegalCopyright" "MIT licence"
!define MUI_ICON "tagwatch.ico"
!define MUI_UNICON "tagwatch.ico"
!define MUI_ABORTWARNING
!define MUI_FINISHPAGE_RUN "$INSTDIR\tagwatchw.exe"
!define MUI_FINISHPAGE_RUN_NOTCHECKED

!insertmacro MUI_PAGE_WELCOME
!insertmacro MUI_PAGE_LICENSE "${BUNDLE}\LICENSE.txt"
!define MUI_PAGE_CUSTOMFUNCTION_PRE OnlyForAllUsers
!insertmacro MUI_PAGE_COMPONENTS
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "German"

LangString StillOpen ${LANG_ENGLISH} "A Tagwatch program of this folder still runs and did not close. Close it, then try again."
LangString StillOpen ${LANG_GERMAN} "Ein Tagwatch-Programm dieses Ordners läuft noch und wurde nicht beendet. Bitte beenden und erneut versuchen."
LangString NoRights ${LANG_ENGLISH} "/ALLUSERS needs administrator rights: run the setup elevated, or leave it out to install for yourself."
LangString NoRights ${LANG_GERMAN} "/ALLUSERS braucht Administratorrechte: das Setup als Administrator starten, oder ohne /ALLUSERS nur für sich installieren."
LangString ForAllUsers ${LANG_ENGLISH} "/SERVICE goes with /ALLUSERS: a service must not run files that a user may change."
LangString ForAllUsers ${LANG_GERMAN} "/SERVICE geht nur mit /ALLUSERS: ein Dienst darf keine Dateien ausführen, die ein Benutzer ändern kann."
LangString Incomplete ${LANG_ENGLISH} "Not every file could be written (no space, or one is in use): free it, then run the setup again."
LangString Incomplete ${LANG_GERMAN} "Nicht alle Dateien wurden geschrieben (kein Platz, oder eine ist in Gebrauch): freigeben, dann das Setup erneut starten."
LangString NoService ${LANG_ENGLISH} "Tagwatch is installed, but its service is not. Why, tells: tagwatch service install"
LangString NoService ${LANG_GERMAN} "Tagwatch ist installiert, der Dienst aber nicht. Den Grund nennt: tagwatch service install"
LangString TheProgram ${LANG_ENGLISH} "Program"
LangString TheProgram ${LANG_GERMAN} "Programm"
LangString TheService ${LANG_ENGLISH} "Windows service (gateway without a window)"
LangString TheService ${LANG_GERMAN} "Windows-Dienst (Gateway ohne Fenster)"
LangString Needs64 ${LANG_ENGLISH} "Tagwatch needs 64-bit Windows 10 or later."
LangString Needs64 ${LANG_GERMAN} "Tagwatch braucht Windows 10 (64 Bit) oder neuer."

Var AllUsers
Var WasServing ; 1: the service ran before, and runs again afterwards

!macro Context
  ; Everything below HKCU or HKLM, and the start menu, follow this.
  ${If} $AllUsers == 1
    SetShellVarContext all
  ${Else}
    SetShellVarContext current
  ${EndIf}
!macroend

!macro Fail message
  ${If} ${Silent}
    System::Call 'kernel32::AttachConsole(i -1)'
  ${EndIf}
  MessageBox MB_OK|MB_ICONSTOP "${message}" /SD IDOK
  SetErrorLevel 2
  Quit
!macroend

; Give a shortcut the program's name for the taskbar. Without it the shortcut works, but a pinned one has a second button.
!macro Identify link
  !insertmacro ComHlpr_CreateInProcInstance ${CLSID_ShellLink} ${IID_IShellLink} r0 ""
  ${If} $0 P<> 0
    ${IUnknown::QueryInterface} $0 '("${IID_IPersistFile}",.r1)'
    ${If} $1 P<> 0
      ${IPersistFile::Load} $1 '("${link}", ${STGM_READWRITE})'
      ${IUnknown::QueryInterface} $0 '("${IID_IPropertyStore}",.r2)'
      ${If} $2 P<> 0
        System::Call '*${SYSSTRUCT_PROPERTYKEY}(${PKEY_AppUserModel_ID})p.r3'
        System::Call '*(&w${NSIS_MAX_STRLEN} "${APP_ID}")p.r4'
        System::Call '*${SYSSTRUCT_PROPVARIANT}(${VT_LPWSTR},,p r4)p.r5'
        ${IPropertyStore::SetValue} $2 '($3,$5)'
        ${IPropertyStore::Commit} $2 ""
        System::Free $5
        System::Free $4
        System::Free $3
        ${IUnknown::Release} $2 ""
        ${IPersistFile::Save} $1 '("${link}", 1)'
      ${EndIf}
      ${IUnknown::Release} $1 ""
    ${EndIf}
    ${IUnknown::Release} $0 ""
  ${EndIf}
!macroend

; A folder of libraries, for the new one in its place.
!macro PutAway name
  ${If} ${FileExists} "$INSTDIR\${name}\*.*"
    CreateDirectory "$INSTDIR\_old"
    ClearErrors
    Rename "$INSTDIR\${name}" "$INSTDIR\_old\${name}"
    ${If} ${Errors}
      Rename "$INSTDIR\_old\_internal" "$INSTDIR\_internal"
      RMDir "$INSTDIR\_old"
      Call ServeAgain
      !insertmacro Fail "$(StillOpen)"
    ${EndIf}
  ${EndIf}
!macroend

; Whether a program of $INSTDIR still runs: its file can't be opened for writing then. $0 = 1: it does.
!macro DefineClosed un
Function ${un}StillRuns
  StrCpy $0 0
  IfFileExists "$INSTDIR\tagwatch.exe" 0 ${un}Done
  ClearErrors
  FileOpen $1 "$INSTDIR\tagwatch.exe" a
  IfErrors ${un}Runs
  FileClose $1
  ClearErrors
  FileOpen $1 "$INSTDIR\tagwatchw.exe" a
  IfErrors ${un}Runs
  FileClose $1
  ClearErrors
  FileOpen $1 "$INSTDIR\tagwatch-worker.exe" a
  IfErrors ${un}Runs
  FileClose $1
  ; The worker for MXAccess, where this version has it.
  IfFileExists "$INSTDIR\tagwatch-worker32.exe" 0 ${un}Done
  ClearErrors
  FileOpen $1 "$INSTDIR\tagwatch-worker32.exe" a
  IfErrors ${un}Runs
  FileClose $1
  Goto ${un}Done
  ${un}Runs:
  StrCpy $0 1
  ${un}Done:
  ClearErrors
FunctionEnd

Function ${un}StopService
  ${If} $AllUsers == 1
    ; 0: it was told to stop. Any other code: there is none, it does not run, or it stops already.
    nsExec::Exec '"$SYSDIR\sc.exe" stop ${NAME}'
    Pop $1
    ${If} $1 == 0
      StrCpy $WasServing 1
    ${EndIf}
  ${EndIf}
FunctionEnd

Function ${un}ServeAgain
  ${If} $WasServing == 1
    nsExec::Exec '"$SYSDIR\sc.exe" start ${NAME}'
    Pop $1
  ${EndIf}
FunctionEnd

Function ${un}CloseRunning
  IfFileExists "$INSTDIR\tagwatch.exe" 0 ${un}Closed
  DetailPrint "Closing ${NAME}"
  StrCpy $WasServing 0
  Call ${un}StopService
  nsExec::Exec '"$INSTDIR\tagwatch.exe" quit --within 20'
  Pop $1
  StrCpy $2 0
  ${un}Wait:
  Call ${un}StillRuns
  ${If} $0 == 1
    IntOp $2 $2 + 1
    ${If} $2 > 60 ; a service may take 25 seconds to close its sessions
      Call ${un}ServeAgain
      !insertmacro Fail "$(StillOpen)"
    ${EndIf}
    Sleep 500
    Call ${un}StopService ; one that was just starting takes no order to stop
    Goto ${un}Wait
  ${EndIf}
  ${un}Closed:
FunctionEnd
!macroend
!insertmacro DefineClosed ""
!insertmacro DefineClosed "un."

Section "!$(TheProgram)"
  SectionIn RO
  !insertmacro Context
  Call CloseRunning
  ; What an older version left and this one has no more must not be loaded. Windows renames no folder in which a file is
  ; open: so a library that somebody holds stops the setup while everything is still in its place.
  RMDir /r "$INSTDIR\_old" ; of a setup that was interrupted
  !insertmacro PutAway "_internal"
  !insertmacro PutAway "worker32"
  Delete "$INSTDIR\tagwatch-worker32.exe"
  SetOutPath "$INSTDIR"
  ClearErrors
  File /r "${BUNDLE}/*.*"
  ${If} ${Errors}
    !insertmacro Fail "$(Incomplete)"
  ${EndIf}
  RMDir /r "$INSTDIR\_old"
  WriteUninstaller "$INSTDIR\uninstall.exe"

  WriteRegStr SHCTX "${PROGRAM_KEY}" "Folder" "$INSTDIR"
  WriteRegStr SHCTX "${PROGRAM_KEY}" "Version" "${VERSION}"
  WriteRegStr SHCTX "${UNINSTALL_KEY}" "DisplayName" "${NAME}"
  WriteRegStr SHCTX "${UNINSTALL_KEY}" "DisplayVersion" "${VERSION}"
  WriteRegStr SHCTX "${UNINSTALL_KEY}" "DisplayIcon" "$INSTDIR\tagwatchw.exe"
  WriteRegStr SHCTX "${UNINSTALL_KEY}" "Publisher" "${NAME}"
  WriteRegStr SHCTX "${UNINSTALL_KEY}" "InstallLocation" "$INSTDIR"
  ${If} $AllUsers == 1
    WriteRegStr SHCTX "${UNINSTALL_KEY}" "UninstallString" '"$INSTDIR\uninstall.exe" /ALLUSERS'
    WriteRegStr SHCTX "${UNINSTALL_KEY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /ALLUSERS /S'
  ${Else}
    WriteRegStr SHCTX "${UNINSTALL_KEY}" "UninstallString" '"$INSTDIR\uninstall.exe"'
    WriteRegStr SHCTX "${UNINSTALL_KEY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  ${EndIf}
  WriteRegDWORD SHCTX "${UNINSTALL_KEY}" "NoModify" 1
  ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
  IntFmt $0 "0x%08X" $0
  WriteRegDWORD SHCTX "${UNINSTALL_KEY}" "EstimatedSize" "$0"

  ClearErrors
  ${GetOptions} $R0 "/NOSHORTCUT" $R1
  ${If} ${Errors}
    CreateShortcut "$SMPROGRAMS\${NAME}.lnk" "$INSTDIR\tagwatchw.exe"
    !insertmacro Identify "$SMPROGRAMS\${NAME}.lnk"
  ${EndIf}
  ClearErrors
  ${GetOptions} $R0 "/NOASSOCIATE" $R1
  ${If} ${Errors}
    WriteRegStr SHCTX "Software\Classes\.tagwatch" "" "${DOCUMENT}"
    WriteRegStr SHCTX "Software\Classes\${DOCUMENT}" "" "${NAME} workspace"
    WriteRegStr SHCTX "Software\Classes\${DOCUMENT}\DefaultIcon" "" "$INSTDIR\tagwatchw.exe,0"
    WriteRegStr SHCTX "Software\Classes\${DOCUMENT}\shell\open\command" "" '"$INSTDIR\tagwatchw.exe" open "%1"'
    System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)'
  ${EndIf}
SectionEnd

; Off unless it is asked for.
Section /o "$(TheService)" ServiceSection
  nsExec::Exec '"$INSTDIR\tagwatch.exe" service install'
  Pop $0
  ${If} $0 != 0
    !insertmacro Fail "$(NoService)"
  ${EndIf}
SectionEnd

Section "-Afterwards"
  Call ServeAgain
SectionEnd

; The page with the service is shown where there may be one.
Function OnlyForAllUsers
  ${If} $AllUsers == 0
    Abort
  ${EndIf}
FunctionEnd

Function .onInit
  ${IfNot} ${RunningX64}
    !insertmacro Fail "$(Needs64)"
  ${EndIf}
  SetRegView 64
  ${GetParameters} $R0
  StrCpy $AllUsers 0
  ClearErrors
  ${GetOptions} $R0 "/ALLUSERS" $R1
  ${IfNot} ${Errors}
    StrCpy $AllUsers 1
    UserInfo::GetAccountType
    Pop $0
    ${If} $0 != "Admin"
      !insertmacro Fail "$(NoRights)"
    ${EndIf}
  ${EndIf}
  ClearErrors
  ${GetOptions} $R0 "/SERVICE" $R1
  ${IfNot} ${Errors}
    ${If} $AllUsers == 0
      !insertmacro Fail "$(ForAllUsers)"
    ${EndIf}
    !insertmacro SelectSection ${ServiceSection}
  ${EndIf}
  !insertmacro Context
  ${If} $INSTDIR == ""
    ReadRegStr $INSTDIR SHCTX "${PROGRAM_KEY}" "Folder"
    ${If} $INSTDIR == ""
      ${If} $AllUsers == 1
        StrCpy $INSTDIR "$PROGRAMFILES64\${NAME}"
      ${Else}
        StrCpy $INSTDIR "$LOCALAPPDATA\Programs\${NAME}"
      ${EndIf}
    ${EndIf}
  ${EndIf}
FunctionEnd

Function un.onInit
  SetRegView 64
  ${GetParameters} $R0
  StrCpy $AllUsers 0
  ClearErrors
  ${GetOptions} $R0 "/ALLUSERS" $R1
  ${IfNot} ${Errors}
    StrCpy $AllUsers 1
  ${EndIf}
  !insertmacro Context
FunctionEnd

Section "Uninstall"
  !insertmacro Context
  Call un.CloseRunning
  ${If} $AllUsers == 1
    nsExec::Exec '"$INSTDIR\tagwatch.exe" service remove'
    Pop $0
  ${EndIf}
  Delete "$SMPROGRAMS\${NAME}.lnk"
  ReadRegStr $0 SHCTX "Software\Classes\.tagwatch" ""
  ${If} $0 == "${DOCUMENT}"
    DeleteRegKey SHCTX "Software\Classes\.tagwatch"
  ${EndIf}
  DeleteRegKey SHCTX "Software\Classes\${DOCUMENT}"
  DeleteRegKey SHCTX "${UNINSTALL_KEY}"
  DeleteRegKey SHCTX "${PROGRAM_KEY}"
  RMDir /r "$INSTDIR\_internal"
  RMDir /r "$INSTDIR\worker32"
  RMDir /r "$INSTDIR\_old"
  RMDir /r "$INSTDIR\licenses"
  Delete "$INSTDIR\*.exe"
  Delete "$INSTDIR\LICENSE.txt"
  Delete "$INSTDIR\sbom.cdx.json"
  RMDir "$INSTDIR" ; only if nobody put anything else there
  ClearErrors
  ${GetOptions} $R0 "/PURGE" $R1
  ${IfNot} ${Errors}
    ${If} $AllUsers == 1
      RMDir /r "$APPDATA\${NAME}" ; the service's, in %ProgramData%
    ${EndIf}
    SetShellVarContext current
    RMDir /r "$LOCALAPPDATA\${NAME}"
    RMDir /r "$APPDATA\${NAME}"
  ${EndIf}
SectionEnd
