# Sourced by scanline, build and the image's bin/scanline.

# Sets java_flags, what the JVM is told.
choose_flags() {
    # The young generation is small, as a step allocates next to nothing and what a run keeps should not be copied
    # (docs/log.md). Another collector, which the user may name, has its own ways.
    collector="-XX:+UseParallelGC -Xmn96m"
    for option in ${SCANLINE_JAVA_OPTS:-} ${JAVA_TOOL_OPTIONS:-} ${JDK_JAVA_OPTIONS:-} ${_JAVA_OPTIONS:-}; do
        case $option in
            -XX:+UseParallelGC | -XX:+Use*SystemGC) ;;
            -XX:+Use*GC) collector= ;;
        esac
    done
    # The JVM's own warnings go to standard error: standard output is for results. Objects begin on cache lines so that
    # vectors do not straddle two.
    java_flags="-XX:+DisplayVMOutputToStderr -Xlog:disable -Xlog:all=warning:stderr"
    java_flags="$java_flags $collector -XX:+UseTransparentHugePages -XX:ObjectAlignmentInBytes=64"
}

# Sets terminal_flags, what the command line is told: how many columns the terminal has that standard error is (0 if it
# is none, or one without a cursor to move), and whether there may be colors.
see_terminal() {
    columns=0
    color=false
    if [ -t 2 ] && [ "${TERM:-dumb}" != dumb ]; then
        size=$(stty size <&2 2>/dev/null || :) # rows and columns
        columns=${size#* }
        [ "${columns:-0}" -gt 0 ] || columns=80
        if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
            color=true
        fi
    fi
    terminal_flags="-Dscanline.terminal=$columns -Dscanline.color=$color"
}

# Does locale $1, or without a name the user's, write UTF-8?
is_utf8() {
    [ "$(LC_ALL=$1 locale charmap 2>/dev/null)" = UTF-8 ]
}

# Java takes the encoding of file names from the locale. Gives it a UTF-8 one where the user's is another. Where there
# is none, it ends if a text given has a character beyond ASCII.
use_utf8() {
    if is_utf8 "${LC_ALL:-}" || ! command -v locale >/dev/null; then
        return
    fi
    locale=C.UTF-8
    is_utf8 $locale || locale=$(locale -a 2>/dev/null | grep -i 'utf-*8$' | head -n 1)
    if [ -z "$locale" ]; then
        if [ -n "$(printf %s "$*" | LC_ALL=C tr -d '\000-\177')" ]; then
            echo "${0##*/}: no UTF-8 locale is installed, and without one Java cannot open names beyond ASCII:" \
                "install one (locale -a lists those that are)" >&2
            exit 1
        fi
    else
        LC_ALL=$locale # not LC_CTYPE: setlocale sets nothing if it does not know one of the others
        export LC_ALL
    fi
}

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
        "${HOME:-}"/.sdkman/candidates/java/* "${HOME:-}"/.jdks/*; do
        if is_jdk_25 "$home"; then
            JAVA_HOME=$home
            export JAVA_HOME
            return
        fi
    done
    echo "${0##*/}: no JDK 25 here: install one (for example from https://adoptium.net) or set JAVA_HOME to one" >&2
    exit 1
}

no_maven="no Maven here: install it (for example with apt install maven or brew install maven)"

has_maven() {
    command -v mvn >/dev/null
}

# Runs Maven on the JDK that was found. The options silence the JDK's warnings about Maven's own libraries, and color
# codes that one of these writes even where there is no terminal.
maven() {
    MAVEN_OPTS="--sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED -Djansi.noreset=true \
${MAVEN_OPTS:-}" \
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
