#!/bin/sh
# Fetches the programs of the end-to-end tests from Debian's archive into .cache/debian.
#
#   sh tools/debian/fetch.sh [package…]
#
# Nothing is installed: each program is unpacked with everything it needs from its own suite, including the C
# library. It starts with chroot, or in place by a launcher (launch/<program>) that uses the ld.so of that suite.
# So a program of any suite runs on any machine that has apt. The apt state of the machine stays as it is, and
# programs that are already unpacked are kept: remove .cache/debian to fetch the current ones.
#
# The archive is the one that this machine's apt uses, or $DEBIAN_MIRROR; its signature is checked with Debian's
# keyring, or $DEBIAN_KEYRING. Needs no root. Exit code 3: this machine cannot fetch the programs.
set -eu
cd "$(dirname "$0")/../.."
cache=$PWD/.cache/debian
only=$*

log() { echo "$*" >&2; }

give_up() {
  log "$*"
  exit 3
}

# Debian's keyring; the file's name depends on the release of the package that ships it.
keyring() {
  own=/usr/share/keyrings/debian-archive-keyring
  for file in ${DEBIAN_KEYRING:-"$own.gpg" "$own.pgp"}; do
    if [ -f "$file" ]; then
      echo "$file"
      return
    fi
  done
  return 1
}

# Where this machine gets its packages from, one URI a line. Security and updates hold no whole suite.
archives() {
  if [ -n "${DEBIAN_MIRROR:-}" ]; then
    echo "$DEBIAN_MIRROR"
  else
    apt-get indextargets --format '$(RELEASE) $(REPO_URI)' 'Created-By: Packages' |
      awk '$1 !~ /-(security|updates)$/ && $1 !~ /\// && !seen[$2]++ { print $2 }'
  fi
}

# apt with its own state in $index: no installed package, no pin, one suite.
private_apt() {
  apt-get -q -q \
    -o Dir::State="$index" -o Dir::State::status="$index/status" -o Dir::Cache="$index/cache" \
    -o Dir::Cache::archives="$work/archives" \
    -o Dir::Etc::sourcelist="$index/sources.list" -o Dir::Etc::sourceparts=/dev/null \
    -o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts=/dev/null -o APT::Default-Release= \
    -o APT::Architectures="$(architectures "$package")" -o APT::Sandbox::User="$(id -un)" \
    -o APT::Install-Recommends=false -o Acquire::Languages=none \
    -o APT::Update::Error-Mode=any -o Debug::NoLocking=1 -o Acquire::Retries=2 "$@" >&2
}

# Reads the index of the suite from the first archive that has it, and checks its signature. Packages share it.
read_index() {
  suite=$1
  if [ -e "$index/complete" ]; then return; fi
  mkdir -p "$index/lists/partial" "$index/cache"
  : >"$index/status"
  key=$(keyring) || give_up "the keyring of Debian's archive is missing: install debian-archive-keyring, or set DEBIAN_KEYRING"
  for uri in $(archives); do
    echo "deb [signed-by=$key] $uri $suite main" >"$index/sources.list"
    if private_apt update 2>"$work/errors"; then
      : >"$index/complete"
      return
    fi
  done
  cat "$work/errors" >&2 || true
  give_up "none of this machine's archives has Debian's $suite: set DEBIAN_MIRROR to one that does"
}

# As the base package of the suite does: without merged directories chroot finds no ld.so, and a unit no /bin/kill.
merge_usr() {
  for directory in bin sbin lib lib64; do
    if [ ! -e "$work/tree/$directory" ]; then ln -s "usr/$directory" "$work/tree/$directory"; fi
  done
}

# A launcher that finds the unpacked tree beside itself: <tree>/launch/<program>.
write_launcher() {
  loader=$(cd "$work/tree" && find . \( -path './lib*' -o -path './usr/lib*' \) -name 'ld-linux*' | head -n 1)
  libraries=$(cd "$work/tree" && find . -name 'lib*.so*' -path '*/lib/*' -printf '%h\n' | sort -u |
    awk -F/ '$NF ~ /-linux-/ || $NF == "pulseaudio" { printf "%s$tree/%s", separator, substr($0, 3); separator = ":" }')
  binary=usr/bin/$1
  for directory in usr/sbin usr/libexec/docker/cli-plugins; do
    if [ -e "$work/tree/$directory/$1" ]; then binary=$directory/$1; fi
  done
  cat >"$work/tree/launch/$1" <<LAUNCHER
#!/bin/sh
tree=\${0%/launch/*}
exec "\$tree/${loader#./}" --argv0 "\$tree/$binary" --library-path "$libraries" "\$tree/$binary" "\$@"
LAUNCHER
  chmod 755 "$work/tree/launch/$1"
}

# A launcher for the browser. The browser starts its processes from /proc/self/exe, which is ld.so here, so ld.so lies
# beside it, where it looks for its data, and its processes start through the launcher too. It uses only the fonts of
# the tree.
write_browser_launcher() {
  write_launcher "$1"
  cp -L "$work/tree/${loader#./}" "$work/tree/usr/lib/chromium/ld.so"
  cat >"$work/tree/launch/$1" <<LAUNCHER
#!/bin/sh
tree=\${0%/launch/*}
export FONTCONFIG_FILE="\$tree/launch/fonts.conf"
exec "\$tree/usr/lib/chromium/ld.so" --library-path "$libraries" "\$tree/usr/lib/chromium/$1" \\
  --no-sandbox --no-zygote --browser-subprocess-path="\$0" "\$@"
LAUNCHER
  cat >"$work/tree/launch/fonts.conf" <<FONTS
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir prefix="relative">../usr/share/fonts</dir>
  <alias><family>monospace</family><prefer><family>DejaVu Sans Mono</family></prefer></alias>
  <alias><family>sans-serif</family><prefer><family>DejaVu Sans</family></prefer></alias>
</fontconfig>
FONTS
}

# Packages to fetch with a package: those it only recommends, and those every node has.
beside() {
  case $1 in
    chromium*) echo fonts-dejavu-core ;;
    # The locale C.UTF-8, which Ansible requires in a chroot; the programs with which it installs a package.
    ansible-lint) echo libc-bin python3-apt apt diffutils ;;
    systemd) echo coreutils procps dash libstdc++6 ;;
    podman) echo skopeo buildah ;;
    curl) echo coreutils dash gzip libstdc++6 ;;
    qemu-user-static) echo libstdc++6:arm64 ;;
    # What every node has, as far as maintainer scripts use it.
    apt) echo base-files base-passwd coreutils dash diffutils dpkg findutils grep gzip init-system-helpers libc-bin perl-base sed tar ;;
    # The programs of a repository, too.
    lintian) echo apt-utils gpg-agent base-files coreutils dash diffutils findutils grep gzip libc-bin sed tar ;;
  esac
}

# It runs programs for arm64 in a tree for arm64, and does without programs for all other architectures.
architectures() {
  case $1 in
    qemu-user-static) echo "$(dpkg --print-architecture),arm64" ;;
    *) dpkg --print-architecture ;;
  esac
}

# Writes what dpkg and apt know of the packages of the tree, as after an installation: $1 the archives.
write_database() {
  database=$work/tree/var/lib/dpkg
  mkdir -p "$database/info" "$database/updates" "$database/triggers"
  for archive in "$1"/*.deb; do
    name=$(dpkg-deb -f "$archive" Package)
    if [ "$(dpkg-deb -f "$archive" Multi-Arch)" = same ]; then name=$name:$(dpkg-deb -f "$archive" Architecture); fi
    { dpkg-deb -f "$archive" && echo "Status: install ok installed" && echo; } >>"$database/status"
    dpkg-deb --fsys-tarfile "$archive" | tar -t | sed 's,^\.,,; s,/$,,; s,^$,/.,' >"$database/info/$name.list"
  done
}

remove_unused() {
  for file in "$work"/tree/usr/bin/qemu-*; do
    if [ "${file##*/}" != qemu-aarch64-static ]; then rm -f "$file"; fi
  done
  # Pulls need neither the network of containers nor Perl.
  if [ "$package" = podman ]; then
    rm -rf "$work"/tree/usr/libexec/podman "$work"/tree/usr/lib/*/perl* "$work"/tree/usr/share/perl* "$work"/tree/usr/share/doc
  fi
}

# Packages to fetch instead of everything that a package needs: of Prometheus, the programs without their web pages.
parts() {
  case $1 in
    prometheus) echo prometheus libc6 ;;
    # Without iptables, and with the libraries that dockerd and runc are linked with.
    docker.io)
      echo docker.io containerd runc libc6 libstdc++6 libgcc-s1 libsystemd0 libseccomp2 libcap2 libgcrypt20 libgpg-error0 liblzma5 liblz4-1 libzstd1
      if [ "$suite" = bookworm ]; then echo libdevmapper1.02.1 libselinux1 libudev1 libpcre2-8-0; fi
      ;;
  esac
}

# The packages of $1, as archives under $work.
download() {
  if [ -z "$(parts "$1")" ]; then
    private_apt --yes --download-only install "$1" $(beside "$1")
  else
    (cd "$work/archives" && private_apt download $(parts "$1"))
  fi
}

# Without arguments, every package is.
is_needed() {
  case " ${only:-$1} " in *" $1 "*) ;; *) return 1 ;; esac
}

# fetch <package> <suite> <program>…: unpacks into .cache/debian/<package>-<suite>, completely or not at all.
fetch() {
  package=$1 suite=$2
  shift 2
  target=$cache/$package-$suite
  if [ -d "$target" ] || ! is_needed "$package"; then return; fi
  command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null ||
    give_up "no apt on this machine: $package of Debian's $suite cannot be fetched"
  log "fetching $package of Debian's $suite"
  mkdir -p "$cache"
  if [ -z "$indexes" ]; then indexes=$(mktemp -d "$cache/.partial.XXXXXX"); fi
  index=$indexes/$suite-$(architectures "$package")
  work=$(mktemp -d "$cache/.partial.XXXXXX")
  mkdir -p "$work/archives/partial" "$work/tree/launch"
  read_index "$suite"
  download "$package"
  for archive in "$work"/archives/*.deb; do dpkg-deb -x "$archive" "$work/tree"; done
  if [ "$package" = apt ]; then write_database "$work/archives"; fi
  remove_unused
  merge_usr
  for program in "$@"; do
    case $program in
      chromium*) write_browser_launcher "$program" ;;
      *) write_launcher "$program" ;;
    esac
  done
  mv -T "$work/tree" "$target" || [ -d "$target" ]
  rm -rf "$work"
}

work=
indexes=
clean() {
  if [ -n "$indexes" ]; then rm -rf "$work" "$indexes"; fi
}
trap clean EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

fetch containerd bookworm containerd ctr
fetch containerd trixie containerd ctr
fetch containerd sid containerd ctr
fetch docker.io bookworm
fetch docker.io sid
fetch ansible-core bookworm python3
fetch ansible-lint trixie python3
fetch openssh-server bookworm ssh sftp ssh-keygen
fetch openssh-server trixie ssh sftp ssh-keygen
fetch attr trixie getfattr setfattr
fetch strace trixie strace
fetch iproute2 trixie ip
fetch chromium-headless-shell trixie chromium-headless-shell
fetch systemd bookworm
fetch systemd trixie
fetch apt bookworm
fetch apt trixie
fetch lintian trixie
fetch mandoc trixie mandoc
fetch zsh trixie zsh
fetch fish trixie fish
fetch curl trixie
fetch nginx trixie nginx
fetch apache2-bin trixie apache2
fetch squid trixie squid-gnutls
fetch docker-registry trixie docker-registry
fetch docker-buildx sid docker-buildx
fetch qemu-user-static bookworm
fetch binutils-aarch64-linux-gnu bookworm aarch64-linux-gnu-strip
fetch prometheus bookworm prometheus promtool
fetch kubernetes-client trixie kubectl
fetch cloud-init trixie python3
fetch podman bookworm
fetch podman sid
