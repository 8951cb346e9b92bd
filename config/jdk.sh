# Sourced by scanline and build.

# What the command line's JVM is told. Objects begin on cache lines so that vectors do not straddle two; the young
# generation is small, as a step allocates next to nothing and what a run keeps should not be copied (docs/log.md).
java_flags="-XX:+UseParallelGC -XX:+UseTransparentHugePages -XX:ObjectAlignmentInBytes=64 -Xmn96m"

# Is the folder $1 a JDK 25 or newer? It reads a file instead of starting a JVM, which would take longer.
is_jdk_25() {
    [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 1
    while IFS='=' read -r key value; do
        if [ "$key" = JAVA_VERSION ]; then
            value=${value#\"}
            value=${value%%[!0-9]*}
            [ "${value:-0}" -ge 25 ]
            return
        fi
    done <"$1/release"
    return 1
}

# Sets JAVA_HOME to a JDK 25 or newer: the one it names, the one on the PATH, or one in a usual place.
find_jdk() {
    java=$(command -v java || :)
    java=${java:+$(readlink -f "$java")}
    for home in "${JAVA_HOME:-}" "${java%/bin/java}" /usr/lib/jvm/* /Library/Java/JavaVirtualMachines/*/Contents/Home \
        "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/*; do
        if is_jdk_25 "$home"; then
            JAVA_HOME=$home
            export JAVA_HOME
            return
        fi
    done
    echo "${0##*/}: no JDK 25 here: install one (for example from https://adoptium.net) or set JAVA_HOME to one" >&2
    exit 1
}

find_maven() {
    if ! command -v mvn >/dev/null; then
        echo "${0##*/}: no Maven here: install it (for example with apt install maven or brew install maven)" >&2
        exit 1
    fi
}

# Runs Maven on the JDK that was found. The options silence the JDK's warnings about Maven's own libraries.
maven() {
    MAVEN_OPTS="--sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED ${MAVEN_OPTS:-}" \
        mvn -B -ntp -f "$root/pom.xml" "$@"
}

# Builds module $1 and what it needs, unchecked and untested, into $1/target/quick/app; the other arguments are options
# for Maven. What it says goes to stderr.
quick_app() {
    module=$1
    shift
    rm -rf "$root/$module/target/quick/app" # it may hold jars of older versions
    maven -q -Dscanline.quick -Dmaven.test.skip=true -pl "$module" -am "$@" package >&2
}
