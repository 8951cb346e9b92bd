# Sourced by build: what ./build publish and ./build dist write.

# The modules whose artifacts are published.
published="engine data mnist lab bom"

fail() {
    echo "build: $1" >&2
    exit "${2:-1}"
}

# Sets to, version and key from the options of publish and dist; $1 is the command, $2 its options with a value.
read_options() {
    command=$1
    known=$2
    shift 2
    to=
    key=
    revision=$(sed -n 's:^ *<revision>\(.*\)</revision>:\1:p' "$root/pom.xml")
    version=${revision%-SNAPSHOT}
    while [ $# -gt 0 ]; do
        case " $known " in
            *" $1 "*) [ $# -gt 1 ] || fail "$command: $1 needs a value" 2 ;;
            *) fail "$command: unknown option $1: it has $known" 2 ;;
        esac
        case $1 in
            --to) to=$2 ;;
            --version) version=$2 ;;
            --sign) key=$2 ;;
        esac
        shift 2
    done
    case $version in
        *-SNAPSHOT)
            fail "$command: $version is a snapshot, whose files would change under the same name: name a release, \
such as ${revision%-SNAPSHOT}" 2
            ;;
        [0-9]*) ;;
        *) fail "$command: --version $version does not start with a digit" 2 ;;
    esac
    case $version in
        *[!0-9A-Za-z._-]*) fail "$command: --version $version has other characters than letters, digits, . _ -" 2 ;;
    esac
    case $to in
        "" | /*) ;;
        *) to=$PWD/$to ;;
    esac
    if [ -e "$to" ] && [ ! -d "$to" ]; then
        fail "$command: $to is a file, not a folder"
    fi
    if [ -n "$key" ] && ! gpg --list-secret-keys "$key" >/dev/null 2>&1; then
        fail "$command: gpg has no secret key $key (gpg --list-secret-keys lists them)"
    fi
    # The date in the files that are written: that of the commit, so that a second build writes the same bytes.
    epoch=${SOURCE_DATE_EPOCH:-$(git -C "$root" log -1 --format=%ct 2>/dev/null || :)}
    [ -n "$epoch" ] || fail "$command: $root has no git commit: set SOURCE_DATE_EPOCH to the seconds of the date to write"
}

# Builds the published modules from nothing, in the folders target/publish. The arguments are options for Maven.
# There are no checks and no tests: ./build has them.
build_published() {
    for module in $published; do
        rm -rf "$root/$module/target/publish"
    done
    maven -q -Dscanline.quick -Dscanline.publish -Dmaven.test.skip=true -Drevision="$version" \
        -Dproject.build.outputTimestamp="$(date -u -d "@$epoch" +%Y-%m-%dT%H:%M:%SZ)" \
        -pl "$(echo "$published" | tr ' ' ,)" "$@" package >&2 || fail "the build failed"
}

# Writes the four checksums of file $1 beside it.
write_checksums() {
    for sum in md5 sha1 sha256 sha512; do
        "${sum}sum" <"$1" | cut -d ' ' -f 1 >"$1.$sum"
    done
}

# Writes maven-metadata.xml into $1, the folder of artifact $2, which has a folder for each version.
write_metadata() {
    {
        echo '<?xml version="1.0" encoding="UTF-8"?>'
        echo "<metadata>"
        echo "  <groupId>$group</groupId>"
        echo "  <artifactId>$2</artifactId>"
        echo "  <versioning>"
        echo "    <latest>$version</latest>"
        echo "    <release>$version</release>"
        echo "    <versions>"
        (cd "$1" && for each in */; do echo "${each%/}"; done) | sort -V | sed 's:.*:      <version>&</version>:'
        echo "    </versions>"
        echo "    <lastUpdated>$(date -u -d "@$epoch" +%Y%m%d%H%M%S)</lastUpdated>"
        echo "  </versioning>"
        echo "</metadata>"
    } >"$1/maven-metadata.xml"
    write_checksums "$1/maven-metadata.xml"
}

publish() {
    read_options publish "--to --version --sign" "$@"
    [ -n "$to" ] || fail "publish needs --to DIR, the folder of the Maven repository to write" 2
    mkdir -p "$to" 2>/dev/null || fail "publish: cannot create the folder $to"
    build_published
    group=$(sed -n 's:^    <groupId>\(.*\)</groupId>:\1:p' "$root/pom.xml")
    for module in $published; do
        artifact=scanline-$module
        folder=$to/$(echo "$group" | tr . /)/$artifact
        rm -rf "$folder/$version"
        mkdir -p "$folder/$version"
        for file in "$root/$module/target/publish/$artifact-$version"* \
            "$root/$module/target/publish/app/$artifact-$version.jar"; do
            [ ! -f "$file" ] || cp "$file" "$folder/$version"
        done
        for file in "$folder/$version"/*; do
            [ -z "$key" ] || gpg --batch --quiet --armor --local-user "$key" --detach-sign "$file" ||
                fail "publish: gpg cannot sign with $key"
            write_checksums "$file"
        done
        write_metadata "$folder" "$artifact"
        echo "build: $group:$artifact:$version"
    done
    echo "build: published in $to"
}

# Adds what both distributions share to the folder $1.
add_launcher() {
    mkdir -p "$1/bin" "$1/lib"
    cp "$root/LICENSE" "$root/NOTICE" "$1"
    cp "$root/scripts/jdk.sh" "$1/lib"
    cp "$root/scripts/launcher.sh" "$1/bin/scanline"
    chmod +x "$1/bin/scanline"
}

# Stores the classes that `scanline recipes` needs in the runtime image $1 as the JVM has them in memory (class data
# sharing), for the flags of the launcher. An AOT cache would not be the same in a second build, and it leaves out the
# classes of picocli (docs/adr/0017-published-and-installed.md).
share_classes() {
    choose_flags
    touch -d "@$epoch" "$1/lib/modules" # the archive of the classes contains this time
    # In a folder without results, which the command would read.
    # shellcheck disable=SC2086 # the flags are several words
    (cd "$1" && bin/java $java_flags -Xlog:disable -Xshare:off -XX:DumpLoadedClassList="$1.classes" \
        --module scanline.lab/scanline.lab.cli.Main recipes >"$1.log" 2>&1) || fail "the runtime image fails: see $1.log"
    # Without the numbers of the classes and what was linked, which differ from run to run, and without lambdas for
    # picocli's interfaces, which leave an address of the memory in the archive.
    sed -e '/^#/d' -e '/^@cp /d' -e '/^@lambda-proxy .*picocli/d' -e 's/ id: [0-9]*$//' "$1.classes" | LC_ALL=C sort -u >"$1.sorted"
    # shellcheck disable=SC2086
    "$1/bin/java" $java_flags -Xlog:disable -Xshare:dump -XX:SharedClassListFile="$1.sorted" \
        --module scanline.lab/scanline.lab.cli.Main >"$1.log" 2>&1 || fail "class data sharing fails: see $1.log"
}

# Writes the archive of folder $1 below the work folder.
archive() {
    tar -C "$work" --sort=name --format=gnu --mtime="@$epoch" --owner=0 --group=0 --numeric-owner \
        --mode=u=rwX,go=rX -cf "$to/$1.tar" "$1"
    gzip -nf "$to/$1.tar"
    echo "build: $to/$1.tar.gz"
}

dist() {
    read_options dist "--to --version" "$@"
    to=${to:-$root/target/dist}
    mkdir -p "$to" 2>/dev/null || fail "dist: cannot create the folder $to"
    build_published -Dmaven.source.skip -Dmaven.javadoc.skip -Dcyclonedx.skip
    work=$root/target/publish
    rm -rf "$work"
    jars=scanline-$version
    add_launcher "$work/$jars"
    cp "$root"/lab/target/publish/app/*.jar "$work/$jars/lib"
    image=$jars-$(uname -s | tr '[:upper:]' '[:lower:]')-$(uname -m | sed 's/x86_64/x64/')
    "$JAVA_HOME/bin/jlink" --module-path "$work/$jars/lib" --add-modules scanline.lab,scanline.mnist \
        --strip-debug --no-header-files --no-man-pages --output "$work/$image"
    add_launcher "$work/$image"
    share_classes "$work/$image"
    archive "$jars"
    archive "$image"
    sed "/^#/d; s/IMAGE/$image/" "$root/scripts/Containerfile" >"$to/Containerfile"
    echo "build: $to/Containerfile"
}
