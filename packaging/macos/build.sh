#!/usr/bin/env bash
# Build Relaxo.app in a disk image for macOS, and try what it contains:  packaging/macos/build.sh [OUT]
# Needs Python 3.11 or newer and Xcode's command line tools. With the identity of a developer in RELAXO_SIGN_IDENTITY the
# app is signed for distribution; without, only for this machine.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
mkdir -p "${1:-dist}"
out=$(cd "${1:-dist}" && pwd)

python3 "$root/packaging/frozen/build.py" --out "$out/frozen" --no-smoke
app="$out/frozen/Relaxo.app"
# The bundle is made before the licences are collected and the app is linked to the command.
cp "$out/frozen/relaxo/LICENCES.txt" "$app/Contents/Resources/"
ln -sf relaxo "$app/Contents/MacOS/relaxo-gui"
/usr/libexec/PlistBuddy -c "Set :CFBundleExecutable relaxo-gui" "$app/Contents/Info.plist"
codesign --force --deep --options runtime --sign "${RELAXO_SIGN_IDENTITY:--}" "$app"

version=$("$app/Contents/MacOS/relaxo" --version | awk '{ sub(",", "", $2); print $2 }')
image="$out/relaxo-$version-macos-$(uname -m).dmg"
folder=$(mktemp -d)
trap 'hdiutil detach -quiet "$folder/mounted" 2>/dev/null || true; rm -rf "$folder"' EXIT
mkdir "$folder/image" "$folder/mounted"
cp -R "$app" "$folder/image/"
ln -s /Applications "$folder/image/Applications"
hdiutil create -quiet -ov -format UDZO -volname "Relaxo $version" -srcfolder "$folder/image" "$image"

# What a user gets is tried, where a user would have it.
hdiutil attach -quiet -readonly -nobrowse -mountpoint "$folder/mounted" "$image"
cp -R "$folder/mounted/Relaxo.app" "$folder/"
python3 "$root/packaging/frozen/smoke.py" "$folder/Relaxo.app/Contents/MacOS" "$out/frozen/compressed"
echo "$image"
