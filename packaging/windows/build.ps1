# Build the installer and the portable zip for Windows, and try what they contain:  packaging\windows\build.ps1 [-Out dist]
# Needs Python 3.11 or newer, Inno Setup 6, and the package ziglang, which serves as compiler.
param([string] $Out = "dist")
$ErrorActionPreference = "Stop"
$root = Resolve-Path "$PSScriptRoot\..\.."
New-Item -ItemType Directory -Force $Out | Out-Null
$Out = Resolve-Path $Out

function Invoke-Checked {
    param([string] $Program, [string[]] $Arguments)
    & $Program @Arguments
    if ($LASTEXITCODE -ne 0) { throw "$Program $Arguments ended with $LASTEXITCODE" }
}

Invoke-Checked python @("$root\packaging\frozen\build.py", "--out", "$Out\frozen", "--no-smoke")
$frozen = "$Out\frozen\relaxo"
$version = (& "$frozen\relaxo.exe" --version).Split(" ")[1].TrimEnd(",")
$zip = "$Out\relaxo-$version-windows-x86_64-portable.zip"
Compress-Archive -Force -Path $frozen -DestinationPath $zip
$compiler = (Get-Command iscc -ErrorAction SilentlyContinue).Source
if (-not $compiler) { $compiler = "${env:ProgramFiles(x86)}\Inno Setup 6\ISCC.exe" }
Invoke-Checked $compiler @("/Qp", "/DVersion=$version", "/DFrozen=$frozen", "/DIcons=$Out\frozen\icons", "/DOut=$Out",
    "$PSScriptRoot\relaxo.iss")

# What a user gets is tried, from both, where a user would have it.
$trial = Join-Path ([IO.Path]::GetTempPath()) "relaxo-trial"
Remove-Item -Recurse -Force $trial -ErrorAction SilentlyContinue
Expand-Archive $zip "$trial\portable"
Invoke-Checked python @("$root\packaging\frozen\smoke.py", "$trial\portable\relaxo", "$Out\frozen\compressed")
$setup = Start-Process -Wait -PassThru "$Out\relaxo-$version-windows-x86_64-setup.exe" `
    -ArgumentList "/VERYSILENT", "/SUPPRESSMSGBOXES", "/CURRENTUSER", "/DIR=$trial\installed"
if ($setup.ExitCode -ne 0) { throw "the installer ended with $($setup.ExitCode)" }
Invoke-Checked python @("$root\packaging\frozen\smoke.py", "$trial\installed", "$Out\frozen\compressed")
$removal = Start-Process -Wait -PassThru "$trial\installed\unins000.exe" -ArgumentList "/VERYSILENT"
if ($removal.ExitCode -ne 0) { throw "the removal ended with $($removal.ExitCode)" }
