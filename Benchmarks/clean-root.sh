#!/bin/sh
# Follows the README on a machine that has nothing: makes a minimal Debian 12 root with mmdebstrap, clones
# the last commit of this checkout into it, and runs the README's first two fenced command lines there.
#
# usage: Benchmarks/clean-root.sh [--data DIR] [--root DIR]
#
#   --data DIR   a folder with task files, visible inside as $EVALKIT_DATA under its own path, read-only
#   --root DIR   make the root there, or use the one that is there, and keep it (default: a temporary one)
#
# Only these come from this machine: the Swift toolchain's folder (read-only), how apt and the resolver find
# their servers, the certificates, and git's rewritten URLs with the local folders that they lead to. Needs
# root, because the sandbox of evalkit must find a real root file system, not a chroot, in which the kernel
# refuses user namespaces.
set -eu
checkout=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd)
data=
root=
while [ $# -gt 0 ]; do
  case $1 in
    --data | --root)
      if [ $# -lt 2 ]; then
        echo "$1 needs a folder" >&2
        exit 2
      fi
      if [ "$1" = --data ]; then data=$(CDPATH= cd -- "$2" && pwd); else mkdir -p "$2" && root=$(CDPATH= cd -- "$2" && pwd); fi
      shift 2
      ;;
    *)
      sed -n '2,/^set/{s/^# \{0,1\}//;/^set/d;p}' "$0" >&2
      exit 2
      ;;
  esac
done
if [ "$(id -u)" -ne 0 ]; then
  echo "run it as root: it mounts folders into the new root" >&2
  exit 1
fi
for tool in mmdebstrap unshare pivot_root git swift; do
  if ! command -v "$tool" >/dev/null; then
    echo "$tool is not installed (apt-get install mmdebstrap util-linux git; swift.org)" >&2
    exit 1
  fi
done
# usr/bin/swift -> the folder above usr
toolchain=$(CDPATH= cd -- "$(dirname -- "$(readlink -f "$(command -v swift)")")/../.." && pwd)

# The command lines: the content of the first and the second fenced block, continuation lines joined.
fenced() {
  git -C "$checkout" show HEAD:README.md | awk -v wanted="$1" '
    /^```/ { inside = !inside; if (inside) block++; next }
    inside && block == wanted { sub(/^\$ /, ""); print }'
}
first=$(fenced 1)
second=$(fenced 2)
for line in "$first" "$second"; do
  if [ -z "$line" ] || [ "$(printf '%s\n' "$line" | grep -cv '\\$')" -ne 1 ]; then
    echo "README.md of the last commit does not start with two fenced blocks of one command line each" >&2
    exit 1
  fi
done

if [ -z "$root" ]; then
  root=$(mktemp -d "${TMPDIR:-/tmp}/evalkit-clean-root.XXXXXX")
  # All mounts live in a mount namespace that is gone by then; the option is for the case that it is not.
  trap 'rm -rf --one-file-system "$root"' EXIT
  trap 'exit 130' INT TERM
fi
if [ ! -e "$root/etc/debian_version" ]; then
  # git and certificates to fetch with; the rest is what the compiler, the linker and the package manager
  # are linked to and link with (swift.org's list for Debian 12, without the parts for its debugger).
  mmdebstrap --quiet --variant=minbase --include="git,ca-certificates,tzdata,binutils,libc6-dev,\
libgcc-12-dev,libstdc++-12-dev,libcurl4,libedit2,libncurses6,libsqlite3-0,libxml2" bookworm "$root"
fi

# Parts of this machine that are copied.
cp /etc/resolv.conf /etc/hosts "$root/etc/"
if [ -e /etc/ssl/certs/ca-certificates.crt ]; then
  cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
fi
rm -f "$root/etc/gitconfig"
git config --list --name-only | grep '^url\.' | sort -u | while read -r key; do
  git config --get-all "$key" | while read -r value; do
    git config --file "$root/etc/gitconfig" --add "$key" "$value"
  done
done
rm -rf "$root/srv/evalkit.git" "$root/root/evalkit"
git clone --quiet --bare --no-local "$checkout" "$root/srv/evalkit.git"
chown -R root:root "$root/srv/evalkit.git"

# Parts that are mounted, read-only and under their own path.
{
  echo "$toolchain"
  echo /etc/apt
  git config --list --name-only | sed -n 's/^url\.\(\/.*\)\.insteadof$/\1/p' | sort -u
  if [ -n "$data" ]; then echo "$data"; fi
} >"$root/srv/mounts"

cat >"$root/srv/follow" <<EOF
set -eu
sudo() { "\$@"; }
cd /root
git clone --quiet /srv/evalkit.git evalkit
cd evalkit
begin=\$(date +%s)
echo '+ first command line of the README'
$first
middle=\$(date +%s)
echo '+ second command line of the README'
$second
end=\$(date +%s)
echo "clean root: first command line \$((middle - begin)) s, second \$((end - middle)) s"
EOF

# mktemp's folders are closed to others, but / must be open to the users that apt becomes.
chmod 755 "$root"
export root data toolchain
unshare --mount --pid --fork --propagation private sh -eu -c '
  mount --bind "$root" "$root"
  while read -r folder; do
    if [ ! -d "$folder" ]; then continue; fi
    mkdir -p "$root$folder"
    mount --bind "$folder" "$root$folder"
    mount -o remount,bind,ro "$root$folder"
  done <"$root/srv/mounts"
  mkdir -p "$root/dev" "$root/proc" "$root/sys" "$root/.old"
  mount --rbind /dev "$root/dev"
  mount --rbind /sys "$root/sys"
  mount -t proc proc "$root/proc"
  cd "$root"
  pivot_root . .old
  cd /
  umount -l /.old
  exec env -i HOME=/root TERM=dumb LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
    PATH="$toolchain/usr/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" \
    ${data:+EVALKIT_DATA="$data"} sh /srv/follow
'
