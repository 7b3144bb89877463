; Inno Setup's recipe for the installer. build.ps1 calls it with Version, Frozen, Icons and Out.
; Installs for the one who runs it, without an administrator; an administrator may choose all users.

[Setup]
AppId={{6C1D3C5E-6D0B-4C55-9C2B-7B0E8F8B7E11}
AppName=Relaxo
AppVersion={#Version}
AppPublisher=The Relaxo authors
DefaultDirName={autopf}\Relaxo
DefaultGroupName=Relaxo
DisableProgramGroupPage=yes
PrivilegesRequired=lowest
PrivilegesRequiredOverridesAllowed=dialog
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
ChangesAssociations=yes
ChangesEnvironment=yes
Compression=lzma2
SolidCompression=yes
LicenseFile={#Frozen}\LICENCES.txt
OutputBaseFilename=relaxo-{#Version}-windows-x86_64-setup
OutputDir={#Out}
SetupIconFile={#Icons}\relaxo.ico
UninstallDisplayIcon={app}\relaxo-gui.exe
WizardStyle=modern

[Tasks]
Name: "desktopicon"; Description: "{cm:CreateDesktopIcon}"; Flags: unchecked
Name: "path"; Description: "Let the command relaxo be found in every console"; Flags: unchecked

[Files]
Source: "{#Frozen}\*"; DestDir: "{app}"; Flags: ignoreversion recursesubdirs createallsubdirs

[Icons]
Name: "{group}\Relaxo"; Filename: "{app}\relaxo-gui.exe"
Name: "{autodesktop}\Relaxo"; Filename: "{app}\relaxo-gui.exe"; Tasks: desktopicon

[Registry]
Root: HKA; Subkey: "Software\Classes\Directory\shell\relaxo"; ValueType: string; ValueData: "Open in Relaxo"; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\Directory\shell\relaxo\command"; ValueType: string; ValueData: """{app}\relaxo-gui.exe"" ""%1"""
Root: HKA; Subkey: "Software\Classes\SystemFileAssociations\.toml\shell\relaxo"; ValueType: string; ValueData: "Open in Relaxo"; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\SystemFileAssociations\.toml\shell\relaxo\command"; ValueType: string; ValueData: """{app}\relaxo-gui.exe"" ""%1"""
Root: HKCU; Subkey: "Environment"; ValueType: expandsz; ValueName: "Path"; ValueData: "{olddata};{app}"; Tasks: path; Check: IsMissingInPath

[Run]
Filename: "{app}\relaxo-gui.exe"; Description: "{cm:LaunchProgram,Relaxo}"; Flags: nowait postinstall skipifsilent

[Code]
function IsMissingInPath: Boolean;
var
  Value: String;
begin
  if not RegQueryStringValue(HKCU, 'Environment', 'Path', Value) then
    Value := '';
  Result := Pos(';' + Uppercase(ExpandConstant('{app}')) + ';', ';' + Uppercase(Value) + ';') = 0;
end;

procedure CurUninstallStepChanged(Step: TUninstallStep);
var
  Value, Entry: String;
begin
  if (Step = usPostUninstall) and RegQueryStringValue(HKCU, 'Environment', 'Path', Value) then
  begin
    Entry := ';' + ExpandConstant('{app}');
    if StringChangeEx(Value, Entry, '', True) > 0 then
      RegWriteExpandStringValue(HKCU, 'Environment', 'Path', Value);
  end;
end;
