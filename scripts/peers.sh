#!/usr/bin/env bash
# Installs the peers of the interop tests that come from other registries than Debian's into .peers/, each in a folder of
# its own and in the version that is pinned here: impacket, scapy, aiowmi and DuckDB from PyPI (impacket with its own
# tests, from its source distribution), j-interop and utgard from Maven Central; with WITH_SPARK=1 Apache Spark, too, from
# PyPI. What is there stays.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
here=$(pwd)
peers=$here/.peers

IMPACKET=0.13.0
SCAPY=2.8.0
AIOWMI=1.1.3
DUCKDB=2.0.1
PYSPARK=4.0.1
JINTEROP=2.1.8
UTGARD=1.5.0

installed() { [[ "$(cat "$peers/$1/.version" 2>/dev/null)" == "$2" ]]; }
done_with() { printf %s "$2" >"$peers/$1/.version"; }

python_peer() { # name, version, package
  installed "$1" "$2" && return
  echo "installing $3 into .peers/$1"
  rm -rf "${peers:?}/$1"
  /usr/bin/python3 -m venv "$peers/$1"
  "$peers/$1/bin/pip" install -q --disable-pip-version-check "$3"
}

mkdir -p "$peers"
if ! installed impacket "$IMPACKET"; then
  python_peer impacket "$IMPACKET" "impacket==$IMPACKET"
  # The tests are in the source distribution alone; they are run by unittest, and marked with pytest.
  "$peers/impacket/bin/pip" install -q --disable-pip-version-check pytest==8.4.2
  "$peers/impacket/bin/pip" download -q --disable-pip-version-check --no-deps --no-binary :all: -d "$peers/impacket" "impacket==$IMPACKET"
  tar xzf "$peers/impacket/impacket-$IMPACKET.tar.gz" -C "$peers/impacket"
  mv "$peers/impacket/impacket-$IMPACKET" "$peers/impacket/source"
  done_with impacket "$IMPACKET"
fi

if ! installed scapy "$SCAPY"; then
  python_peer scapy "$SCAPY" "scapy==$SCAPY"
  "$peers/scapy/bin/pip" install -q --disable-pip-version-check cryptography
  done_with scapy "$SCAPY"
fi

if ! installed aiowmi "$AIOWMI"; then
  python_peer aiowmi "$AIOWMI" "aiowmi==$AIOWMI"
  done_with aiowmi "$AIOWMI"
fi

if ! installed duckdb "$DUCKDB"; then
  python_peer duckdb "$DUCKDB" "duckdb==$DUCKDB"
  done_with duckdb "$DUCKDB"
fi

# Half a gigabyte, so only where it is asked for.
if [[ -n "${WITH_SPARK:-}" ]] && ! installed spark "$PYSPARK"; then
  python_peer spark "$PYSPARK" "pyspark==$PYSPARK"
  done_with spark "$PYSPARK"
fi

if ! installed j-interop "$JINTEROP-$UTGARD"; then
  echo "fetching j-interop $JINTEROP and utgard $UTGARD into .peers/j-interop"
  rm -rf "$peers/j-interop"
  mkdir -p "$peers/j-interop/classes"
  cat >"$peers/j-interop/pom.xml" <<POM
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>peers</groupId><artifactId>peers</artifactId><version>1</version>
  <dependencyManagement><dependencies>
    <!-- What they ask for, 1.50.0, was never published. -->
    <dependency><groupId>org.bouncycastle</groupId><artifactId>bcprov-jdk15on</artifactId><version>1.50</version></dependency>
  </dependencies></dependencyManagement>
  <dependencies>
    <dependency><groupId>org.openscada.jinterop</groupId><artifactId>org.openscada.jinterop.core</artifactId><version>$JINTEROP</version></dependency>
    <dependency><groupId>org.openscada.utgard</groupId><artifactId>org.openscada.opc.lib</artifactId><version>$UTGARD</version></dependency>
  </dependencies>
</project>
POM
  (
    cd "$peers/j-interop"
    mvn -q -B dependency:copy-dependencies -DoutputDirectory=lib -Dmaven.repo.local="$peers/j-interop/repository"
    javac -nowarn -cp 'lib/*' -d classes "$here/test/support/j-interop/"*.java
    rm -rf repository
  )
  done_with j-interop "$JINTEROP-$UTGARD"
fi
