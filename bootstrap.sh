#!/usr/bin/env bash
# From a fresh clone to a working build, on Debian 12 or later and Ubuntu 24.04 or later:
#
#   ./bootstrap.sh        installs what the build needs
#   ./bootstrap.sh demo   ... builds bpfpush and shows this machine's block I/O
#   ./bootstrap.sh test   ... builds, fetches the receivers that the tests send to, and tests
#   ./bootstrap.sh lint   ... compiles with clang and clang-tidy, whose warnings are errors
#   ./bootstrap.sh fuzz   ... builds the fuzz targets, and runs each for BPFPUSH_FUZZ_SECONDS (10)
#   ./bootstrap.sh kernels ... tests the programs on the kernels of three Debian releases, under emulation
#
# Installing needs root; where everything is there already it does not, and costs nothing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

# Names separated by "|" are the same package in different releases; the first one there is serves.
build_packages=(
  g++ cmake ninja-build pkg-config ccache
  "clang-19|clang" "llvm-19|llvm"
  "libboost1.81-dev|libboost1.83-dev|libboost1.88-dev"
  libbpf-dev libelf-dev zlib1g-dev
  libcli11-dev libyaml-cpp-dev libspdlog-dev libfmt-dev
  libcurl4-openssl-dev libssl-dev protobuf-compiler libprotobuf-dev libsnappy-dev libzstd-dev libre2-dev
)
test_packages=(
  libgtest-dev libgmock-dev "clang-tidy-19|clang-tidy" "clang-format-19|clang-format"
  openssl iproute2 util-linux e2fsprogs xfsprogs
)

# Programs the end-to-end tests send to, and their packages. They are unpacked, not installed:
# installing would start services on this machine.
receivers=(prometheus:prometheus promtool:prometheus victoria-metrics:victoria-metrics)
receivers_dir=build/receivers

invocation="$0${1:+ $1}"
updated=false

say() {
  printf 'bootstrap: %s\n' "$*"
}

fail() {
  printf 'bootstrap: %s\n' "$*" >&2
  exit 1
}

# Runs a command without its output, unless it fails.
quietly() {
  local log
  log=$(mktemp)
  if ! "$@" >"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    return 1
  fi
  rm -f "$log"
}

need_root() {
  [[ $EUID -eq 0 ]] || fail "$1 needs root: run \`sudo $invocation\`"
}

# The lists may never have been fetched, or be older than the archive. Once per run is enough.
update_lists() {
  $updated && return
  need_root "fetching the package lists"
  say "fetching the package lists"
  quietly apt-get -q update || fail "apt-get update failed: is the network there?"
  updated=true
}

is_installed() {
  [[ $(dpkg-query -W -f='${db:Status-Abbrev}' "$1" 2>/dev/null) == ii* ]]
}

is_available() {
  [[ $(apt-cache policy "$1" 2>/dev/null) == *"Candidate: "[!\(]* ]]
}

# Prints the first of the alternatives "a|b|c" that is installed or could be.
first_to_be_had() {
  local name names
  IFS='|' read -ra names <<<"$1"
  for name in "${names[@]}"; do
    if is_installed "$name" || is_available "$name"; then
      echo "$name"
      return
    fi
  done
  return 1
}

have_lists() {
  compgen -G '/var/lib/apt/lists/*Packages*' >/dev/null
}

install_packages() {
  local package name absent=() chosen=()
  for package in "$@"; do
    # A later name serves only where this release lacks the earlier: which it lacks, the lists say.
    if ! is_installed "${package%%|*}" && ! have_lists; then update_lists; fi
    name=$(first_to_be_had "$package") && is_installed "$name" || absent+=("$package")
  done
  if [[ ${#absent[@]} -eq 0 ]]; then
    say "all $# packages are installed"
    return
  fi
  need_root "installing ${absent[*]}"
  for package in "${absent[@]}"; do
    if ! name=$(first_to_be_had "$package"); then
      update_lists
      name=$(first_to_be_had "$package") || fail "this release has no package $package"
    fi
    chosen+=("$name")
  done
  say "installing ${chosen[*]}"
  apt_install "${chosen[@]}" && return
  $updated && fail "apt-get install failed"
  update_lists
  apt_install "${chosen[@]}" || fail "apt-get install failed"
}

apt_install() {
  quietly env DEBIAN_FRONTEND=noninteractive \
    apt-get -q -y -o DPkg::Lock::Timeout=120 install --no-install-recommends "$@"
}

download() (
  cd "$receivers_dir"
  quietly apt-get -q -o APT::Sandbox::User="$(id -un)" download "$1"
)

# Where a newer release packs a program on its own, the package has the program's name.
fetch_receiver() {
  local program=$1 package=$2 name
  [[ -x $receivers_dir/usr/bin/$program ]] && return
  mkdir -p "$receivers_dir"
  if ! is_available "$package"; then update_lists; fi
  for name in "$package" "$program"; do
    is_available "$name" || continue
    say "unpacking $name into $receivers_dir"
    if ! download "$name"; then
      update_lists
      download "$name" || fail "cannot download $name"
    fi
    dpkg-deb -x "$receivers_dir/$name"_*.deb "$receivers_dir"
    rm -f "$receivers_dir/$name"_*.deb
    [[ -x $receivers_dir/usr/bin/$program ]] && return
  done
  say "no package here has $program: the tests that need it are skipped"
}

# Another release's lists and packages, kept apart from this machine's own. Unsigned by the keys this release has, maybe:
# a kernel runs under emulation, without a network, and a receiver on loopback, for the tests alone.
foreign_apt() {
  local state=$1
  shift
  "$@" -o Dir::Etc::SourceList="$state/sources.list" -o Dir::Etc::SourceParts=/dev/null \
    -o Dir::State::Lists="$state/lists" -o Dir::Cache="$state/cache" -o APT::Sandbox::User="$(id -un)"
}

# Prints a mirror of Debian that this machine knows.
debian_mirror() {
  cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | grep -oE 'https?://[^ ]+/debian/?( |$)' | head -n 1
}

# Receivers that take more than those of this release, as remote write 2.0, from Debian's newest suite: "newer-NAME".
newer_receivers=(prometheus victoria-metrics)
newer_dir=$receivers_dir/newer

fetch_newer_receivers() {
  local mirror name state=$PWD/$newer_dir/state
  for name in "${newer_receivers[@]}"; do
    [[ -x $receivers_dir/usr/bin/newer-$name ]] || mirror=$(debian_mirror)
  done
  [[ -v mirror ]] || return 0
  [[ -n $mirror ]] || fail "this machine has no mirror of Debian to fetch newer receivers from"
  say "unpacking newer ${newer_receivers[*]} into $newer_dir"
  mkdir -p "$state"/{lists,cache/archives}/partial "$receivers_dir/usr/bin"
  echo "deb [trusted=yes] $mirror sid main" >"$state/sources.list"
  quietly foreign_apt "$state" apt-get update || fail "cannot fetch the lists of sid"
  for name in "${newer_receivers[@]}"; do
    (cd "$state" && quietly foreign_apt "$state" apt-get download "$name") || fail "cannot download $name"
    dpkg-deb -x "$state/$name"_*.deb "$newer_dir"
    ln -sf "../../newer/usr/bin/$name" "$receivers_dir/usr/bin/newer-$name"
  done
  rm -rf "$state"
}

fetch_receivers() {
  local receiver
  for receiver in "${receivers[@]}"; do
    fetch_receiver "${receiver%%:*}" "${receiver##*:}"
  done
  (fetch_newer_receivers) || say "without newer receivers the tests that need them are skipped"
  say "the receivers are in $receivers_dir"
}

# Each target adds to a corpus of its own in build/fuzz, which later runs go on from. A crash is left there as an input to be
# put into tests/fuzz/corpus.
run_fuzzers() {
  local target corpus
  for target in tests/fuzz/corpus/*; do
    target=${target##*/}
    corpus=build/fuzz/corpus/$target
    mkdir -p "$corpus"
    say "fuzzing $target for ${BPFPUSH_FUZZ_SECONDS:-10} s"
    quietly "build/fuzz/tests/fuzz/fuzz_$target" -max_total_time="${BPFPUSH_FUZZ_SECONDS:-10}" -timeout=60 \
      -artifact_prefix="build/fuzz/$target-" "$corpus" "tests/fuzz/corpus/$target" || fail "fuzz_$target found a fault"
  done
}

# Debian releases and their kernels, for tests/kernels.
kernels=(bullseye:5.10 bookworm:6.1 trixie:6.12)
kernels_dir=build/kernels

fetch_kernel() {
  local release=${1%%:*} version=${1##*:} package mirror
  local state=$PWD/$kernels_dir/$release
  [[ -e $kernels_dir/$version.deb ]] && return
  say "fetching kernel $version of Debian $release"
  mirror=$(debian_mirror)
  [[ -n $mirror ]] || fail "this machine has no mirror of Debian to fetch kernels from"
  mkdir -p "$state"/{lists,cache/archives}/partial
  echo "deb [trusted=yes] $mirror $release main" >"$state/sources.list"
  quietly foreign_apt "$state" apt-get update || fail "cannot fetch the lists of $release"
  package=$(foreign_apt "$state" apt-cache depends linux-image-amd64 | sed -n 's/.*Depends: \(linux-image.*\)/\1/p' | head -n 1)
  (cd "$state" && quietly foreign_apt "$state" apt-get download "$package") || fail "cannot download $package"
  mv "$state/$package"_*.deb "$kernels_dir/$version.deb"
}

main() {
  if ! command -v apt-get >/dev/null; then
    fail "this needs apt (Debian 12, Ubuntu 24.04 or later); the packages are listed in $0"
  fi
  case ${1:-build-deps} in
    build-deps)
      install_packages "${build_packages[@]}"
      ;;
    demo)
      install_packages "${build_packages[@]}"
      say "building (build/release), which takes some minutes the first time"
      quietly cmake --workflow --preset release || fail "the build failed"
      exec build/release/bpfpush demo
      ;;
    test)
      install_packages "${build_packages[@]}" "${test_packages[@]}"
      fetch_receivers
      say "building and testing (build/check)"
      exec cmake --workflow --preset check
      ;;
    lint)
      install_packages "${build_packages[@]}" "${test_packages[@]}"
      say "linting (build/lint)"
      exec cmake --workflow --preset lint
      ;;
    fuzz)
      install_packages "${build_packages[@]}" "${test_packages[@]}" libclang-rt-19-dev
      say "building the fuzz targets (build/fuzz)"
      quietly cmake --preset fuzz || fail "configuring failed"
      quietly cmake --build --preset fuzz || fail "the build failed"
      run_fuzzers
      ;;
    kernels)
      install_packages "${build_packages[@]}" "${test_packages[@]}" qemu-system-x86 busybox-static cpio xz-utils
      for kernel in "${kernels[@]}"; do
        (fetch_kernel "$kernel") || say "without kernel ${kernel##*:} its test is skipped"
      done
      say "building and testing (build/check)"
      quietly cmake --preset check || fail "configuring failed"
      quietly cmake --build --preset check --target bpfpush || fail "the build failed"
      exec ctest --test-dir build/check -L kernels --output-on-failure
      ;;
    -h | --help)
      sed -n '2,/^set/s/^# \{0,1\}//p' "$0"
      ;;
    *)
      fail "unknown command \"$1\": there are demo, test, lint, fuzz and kernels"
      ;;
  esac
}

main "$@"
