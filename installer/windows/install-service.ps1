# Tagwatch as a service of Windows, under an account of its own without rights: run as administrator.
#
#   powershell -ExecutionPolicy Bypass -File install-service.ps1 -Program "C:\Program Files\Tagwatch\tagwatch.exe"
#   sc.exe start Tagwatch
#   sc.exe stop Tagwatch; sc.exe delete Tagwatch        # to remove it
#
# Its settings, keys and records are in $Data, which the service, administrators and the system alone may read.
param(
    [Parameter(Mandatory = $true)][string]$Program,
    [string]$Data = "$env:ProgramData\Tagwatch"
)
$ErrorActionPreference = "Stop"
$name = "Tagwatch"
$account = "NT SERVICE\$name"

if (-not (Test-Path -LiteralPath $Program)) { throw "$Program is not there" }
New-Item -ItemType Directory -Force -Path $Data, "$Data\logs" | Out-Null
if (-not (Test-Path -LiteralPath "$Data\settings.toml")) { New-Item -ItemType File -Path "$Data\settings.toml" | Out-Null }

$command = "`"$Program`" serve --service --settings `"$Data\settings.toml`" --log-file `"$Data\logs\tagwatch.log`""
New-Service -Name $name -DisplayName "Tagwatch gateway" -Description "Offers process tags to other programs." `
    -BinaryPathName $command -StartupType Automatic | Out-Null
# An account that exists for this service alone, without a password and without rights elsewhere.
sc.exe config $name obj= $account start= delayed-auto | Out-Null
sc.exe sidtype $name unrestricted | Out-Null
sc.exe failure $name reset= 86400 actions= restart/2000/restart/10000/restart/60000 | Out-Null
sc.exe failureflag $name 1 | Out-Null
# Where it keeps its keys and records; the environment of this service alone.
Set-ItemProperty -Path "HKLM:\SYSTEM\CurrentControlSet\Services\$name" -Name Environment -Type MultiString `
    -Value @("TAGWATCH_CONFIG_DIR=$Data")
icacls.exe $Data /inheritance:r /grant:r "${account}:(OI)(CI)M" "*S-1-5-32-544:(OI)(CI)F" "*S-1-5-18:(OI)(CI)F" | Out-Null
Write-Output "The service $name is installed. Create a key as administrator: set TAGWATCH_CONFIG_DIR=$Data, then tagwatch keys create NAME --reading"
