#!/usr/bin/env bash
# Install the Debian package and the archive in a fresh Debian without Python, try both, and remove the package again:
#   packaging/linux/try_in_fresh_root.sh DIST      (as root; needs debootstrap; leaves DIST/window-*.png to look at)
set -euo pipefail
dist=$(cd "${1:?the folder with the packages}" && pwd)
suite=${SUITE:-bookworm}
root=$(mktemp -d)
lists=$(mktemp -d) # outside of what they list
trap 'umount -q "$root/proc" "$root/dev" || true; rm -rf "$root" "$lists"' EXIT
debootstrap --variant=minbase "$suite" "$root"
mount -t proc proc "$root/proc"
mount --bind /dev "$root/dev"
[ -e /etc/resolv.conf ] && cp /etc/resolv.conf "$root/etc/"
# The registry that this machine is set up for.
cp -r /etc/apt/. "$root/etc/apt/"
inside() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive "$@"; }

if inside sh -c 'command -v python3'; then echo "the fresh root has a Python" >&2; exit 1; fi
inside apt-get update -q
inside apt-get install -q -y --no-install-recommends xvfb xauth xz-utils

window() { # PROGRAM PICTURE
    inside xvfb-run -a -s "-screen 0 1280x800x24" "$1" --picture "/root/$2" /root/demo/recipe.toml
    cp "$root/root/$2" "$dist/$2"
}
listed() { inside find / -xdev -not -path '/proc/*' -not -path '/dev/*' -not -path '/root/*' -not -path '/tmp/*' \
    -not -path '/var/*' | sort; }

echo "== the Debian package"
cp "$dist"/relaxo_*.deb "$root/root/relaxo.deb"
# What the package needs comes first, so that what removing it leaves behind can be told.
inside apt-get install -q -y --no-install-recommends libegl1 libfontconfig1 libgl1 libxcb-cursor0 shared-mime-info desktop-file-utils
listed > "$lists/before"
inside apt-get install -q -y --no-install-recommends /root/relaxo.deb
inside relaxo --version
inside relaxo demo --out /root/demo
inside sh -c 'zcat /usr/share/man/man1/relaxo.1.gz | head -n 3'
window relaxo-gui window-debian.png
inside apt-get purge -q -y relaxo
listed > "$lists/after"
if ! diff <(grep -v '/mime/\|/applications/mimeinfo.cache\|/var/' "$lists/before") \
          <(grep -v '/mime/\|/applications/mimeinfo.cache\|/var/' "$lists/after"); then
    echo "removing the package leaves these behind" >&2; exit 1
fi

echo "== the archive"
mkdir "$root/opt/somewhere"
tar -xf "$dist"/relaxo-*-linux-*.tar.xz -C "$root/opt/somewhere"
mv "$root"/opt/somewhere/relaxo-* "$root/opt/somewhere/moved"
rm -rf "$root/root/demo"
inside /opt/somewhere/moved/relaxo demo --out /root/demo
window /opt/somewhere/moved/relaxo-gui window-archive.png
echo "Both packages work in a fresh Debian."
