#!/usr/bin/env bash
# Runs the unit tests, and the built program, on other versions of Node, which come from npm into .peers/nodes: one line
# for each, and exit code 1 where one of them failed. Needs the build.
#
#   scripts/nodes.sh [VERSION…] [-- FOLDER…]    20.19.0 22 24 latest, and all unit tests, where absent
#   scripts/nodes.sh 20.19.0 -- none            the built program alone
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
here=$(pwd)

versions=()
folders=()
while (($# > 0)) && [[ "$1" != -- ]]; do
  versions+=("$1")
  shift
done
if (($# > 0)); then shift && folders=("$@"); fi
if ((${#versions[@]} == 0)); then versions=(20.19.0 22 24 latest); fi

platform=$(node -p '`node-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`')
capture=pcaps/activation-at-connect.pcapng
program=(node dist/cli/main.js)

# Of `22` and `latest` the newest; what is there stays until npm knows a newer one.
install() { # version; prints the folder of its node
  local folder=$here/.peers/nodes/$1
  mkdir -p "$folder"
  [[ -f "$folder/package.json" ]] || echo '{"private":true}' >"$folder/package.json"
  npm install --prefix "$folder" --silent --no-audit --no-fund --ignore-scripts --save-exact "$platform@$1" >/dev/null
  echo "$folder/node_modules/$platform/bin"
}

tests() { # where the result goes
  if [[ "${folders[*]:-}" == none ]]; then echo 'no tests' && return; fi
  npx vitest run --project unit --reporter=json --outputFile="$1/vitest.json" "${folders[@]}" >"$1/vitest.log" 2>&1 || true
  node -e '
    const { numPassedTests: passed, testResults } = JSON.parse(require("node:fs").readFileSync(process.argv[1], "utf8"));
    const wrong = testResults.flatMap((file) => {
      const failed = file.assertionResults.filter(({ status }) => status === "failed").map(({ fullName }) => fullName);
      return failed.length === 0 && file.status === "failed" ? [file.name] : failed;
    });
    console.log(`${passed} tests passed${wrong.length === 0 ? "" : `, ${wrong.length} failed: ${wrong.join("; ")}`}`);
    process.exitCode = passed > 0 && wrong.length === 0 ? 0 : 1;
  ' "$1/vitest.json"
}

# The built program: what it decodes, a server and a client, and what the package holds.
smoke() { # where files go
  local ready=$1/ready.json served
  rm -f "$ready"
  [[ $("${program[@]}" decode --json "$capture" 2>/dev/null | grep -c '"ptype"') == 10 ]] || { echo 'decode failed'; return 1; }
  [[ $(gzip -c "$capture" | "${program[@]}" decode --json - 2>/dev/null | grep -c '"ptype"') == 10 ]] || { echo 'decode of gzip failed'; return 1; }
  "${program[@]}" serve --listen 127.0.0.1:0 --user 'LAB\op:secret' --once --for 60s --ready-file "$ready" >"$1/served" 2>&1 &
  served=$!
  for _ in $(seq 600); do [[ -s "$ready" ]] && break || sleep 0.1; done
  local port
  port=$(node -p 'JSON.parse(require("node:fs").readFileSync(process.argv[1], "utf8")).port' "$ready") || { echo 'serve failed'; kill $served; return 1; }
  "${program[@]}" activate "127.0.0.1:$port" --user 'LAB\op:secret' --clsid 49b2791a-b1ae-4c90-9b8e-e860ba07f889 >"$1/activated" 2>&1 || { echo 'activate failed'; kill $served; return 1; }
  wait $served || { echo 'serve failed'; return 1; }
  npm pack --dry-run --ignore-scripts --json 2>/dev/null >"$1/pack.json"
  node -e '
    const [{ files }] = [JSON.parse(require("node:fs").readFileSync(process.argv[1], "utf8"))].map(Object.values).flat();
    const paths = files.map(({ path }) => path);
    const wanted = ["dist/cli/main.js", "dist/index.js", "dist/index.d.ts", "docs/records.schema.json", "README.md"];
    const missing = wanted.filter((path) => !paths.includes(path));
    if (missing.length > 0) throw new Error(`not packed: ${missing}`);
  ' "$1/pack.json" || { echo 'npm pack failed'; return 1; }
  echo 'decode, serve, activate and npm pack work'
}

failed=0
for version in "${versions[@]}"; do
  began=$SECONDS
  if ! bin=$(install "$version"); then
    echo "node $version: cannot be installed"
    failed=1
    continue
  fi
  folder=$here/.peers/nodes/$version
  export PATH=$bin:$PATH
  tested=$(tests "$folder") || failed=1
  smoked=$(smoke "$folder") || failed=1
  echo "node $("$bin/node" --version): $tested; $smoked ($((SECONDS - began)) s)"
done
exit $failed
