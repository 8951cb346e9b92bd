package scanline.lab.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.module.ModuleDescriptor;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Holds what each module offers to everybody against its api.txt: the packages that it exports, and their public
 * classes and members. A change of the surface is thus a change of this file, which a review sees. With the system
 * property {@code scanline.approve} the files are written anew instead, to be looked at before they are committed.
 */
class ApiTest {
    @ParameterizedTest
    @ValueSource(strings = {"engine", "data", "lab"})
    void theSurfaceIsTheApprovedOne(String name) throws IOException, ReflectiveOperationException {
        Path approved = Path.of("..", name, "api.txt");
        String actual = surface("scanline." + name);
        if (Boolean.getBoolean("scanline.approve")) {
            Files.writeString(approved, actual);
        }
        assertThat(actual).as("%s is out of date: run this test with -Dscanline.approve=true", approved)
                .isEqualTo(Files.readString(approved));
    }

    /** javac's lint "exports" is off, because users need not have JSpecify's annotations. */
    @ParameterizedTest
    @ValueSource(strings = {"engine", "data", "lab"})
    void theSurfaceNamesOnlyClassesThatUsersCanRead(String name) throws IOException, ReflectiveOperationException {
        String module = "scanline." + name;
        Set<String> readable = readable(module);
        assertThat(exported(module).values().stream().flatMap(List::stream).flatMap(ApiTest::named)
                .filter(type -> !isReadable(type, readable))).isEmpty();
        assertThat(isReadable(HttpRequest[].class, readable)).as("a class of java.net.http").isFalse();
    }

    @Test
    void whatIsNotPublicIsNotListed() {
        assertThat(described(Planted.class)).contains("Planted").contains("int listed(List<String>)")
                .doesNotContain("hidden");
    }

    /** A class with members to list and to leave out. */
    public static final class Planted {
        private final int hiddenField;

        private Planted(int hidden) {
            hiddenField = hidden;
        }

        /** A member of the surface. */
        public int listed(List<String> texts) {
            return hiddenMethod() + texts.size();
        }

        private int hiddenMethod() {
            return hiddenField;
        }
    }

    private static String surface(String module) throws IOException, ReflectiveOperationException {
        StringBuilder surface = new StringBuilder();
        for (Map.Entry<String, List<Class<?>>> exported : exported(module).entrySet()) {
            surface.append("package ").append(exported.getKey()).append('\n');
            exported.getValue().forEach(type -> surface.append('\n').append(described(type)));
            surface.append('\n');
        }
        return surface.toString();
    }

    /** Returns the public classes of each package that a module exports to everybody. */
    private static Map<String, List<Class<?>>> exported(String module)
            throws IOException, ReflectiveOperationException {
        Map<String, List<Class<?>>> exported = new TreeMap<>();
        descriptor(module).exports().stream().filter(export -> !export.isQualified())
                .forEach(export -> exported.put(export.source(), new ArrayList<>()));
        for (CompiledClass each : CompiledClass.of(module)) {
            List<Class<?>> types = exported.get(each.packageName());
            if (types != null && !each.name().endsWith("package-info")) {
                Class<?> type = Class.forName(each.name(), false, ApiTest.class.getClassLoader());
                if (isPublic(type)) {
                    types.add(type);
                }
            }
        }
        return exported;
    }

    private static ModuleDescriptor descriptor(String module) {
        return ModuleLayer.boot().findModule(module).orElseThrow().getDescriptor();
    }

    /** Returns the modules that one can read who requires {@code module}. */
    private static Set<String> readable(String module) {
        Set<String> readable = new TreeSet<>(Set.of(module, "java.base"));
        descriptor(module).requires().stream()
                .filter(each -> each.modifiers().contains(ModuleDescriptor.Requires.Modifier.TRANSITIVE))
                .forEach(each -> readable.addAll(readable(each.name())));
        return readable;
    }

    /** Returns the classes that the public members of a class name, such as the types of parameters. */
    private static Stream<Class<?>> named(Class<?> type) {
        Stream<Class<?>> ofMethods = Stream.concat(Stream.of(type.getDeclaredMethods()).map(Executable.class::cast),
                Stream.of(type.getDeclaredConstructors())).filter(each -> Modifier.isPublic(each.getModifiers()))
                .flatMap(each -> Stream.concat(Stream.of(each.getParameterTypes()),
                        each instanceof Method method ? Stream.of(method.getReturnType()) : Stream.empty()));
        return Stream.concat(ofMethods, Stream.of(type.getDeclaredFields())
                .filter(each -> Modifier.isPublic(each.getModifiers())).map(Field::getType));
    }

    private static boolean isReadable(Class<?> type, Set<String> modules) {
        return type.isArray()
                ? isReadable(type.getComponentType(), modules)
                : type.isPrimitive() || modules.contains(String.valueOf(type.getModule().getName()));
    }

    private static boolean isPublic(Class<?> type) {
        for (Class<?> each = type; each != null; each = each.getEnclosingClass()) {
            if (!Modifier.isPublic(each.getModifiers()) || each.isAnonymousClass() || each.isLocalClass()) {
                return false;
            }
        }
        return true;
    }

    private static String described(Class<?> type) {
        List<String> members = new ArrayList<>();
        if (type.isRecord()) {
            members.add("(" + Arrays.stream(type.getRecordComponents())
                    .map(component -> plain(component.getGenericType().getTypeName()) + " " + component.getName())
                    .collect(Collectors.joining(", ")) + ")");
        }
        Set<String> components = type.isRecord()
                ? Arrays.stream(type.getRecordComponents()).map(RecordComponent::getName).collect(Collectors.toSet())
                : Set.of();
        members.addAll(sorted(Stream.of(type.getDeclaredFields()).map(Field.class::cast)));
        members.addAll(sorted(Stream.of(type.getDeclaredConstructors()).map(Constructor.class::cast)));
        members.addAll(sorted(Stream.of(type.getDeclaredMethods()).map(Method.class::cast)
                .filter(method -> method.getParameterCount() > 0 || !components.contains(method.getName()))));
        return plain(type.toGenericString()) + "\n"
                + members.stream().map(member -> "    " + member + "\n").collect(Collectors.joining());
    }

    private static <M extends Member> List<String> sorted(Stream<M> members) {
        return members.filter(member -> !member.isSynthetic()
                && (Modifier.isPublic(member.getModifiers()) || Modifier.isProtected(member.getModifiers())))
                .map(ApiTest::plain).sorted().toList();
    }

    private static String plain(Member member) {
        String text = switch (member) {
            case Field field -> field.toGenericString();
            case Constructor<?> constructor -> constructor.toGenericString();
            case Method method -> method.toGenericString();
            default -> throw new IllegalArgumentException(member.toString());
        };
        String owner = member.getDeclaringClass().getTypeName();
        return plain(text.replace(owner + "." + member.getName(), member.getName()).replaceFirst("^(public|protected) ",
                ""));
    }

    /** Returns a declaration without the packages of its types. */
    private static String plain(String declaration) {
        return declaration.replaceAll("\\b[a-z]\\w*(?:\\.[a-z]\\w*)*\\.(?=[A-Z])", "").replace('$', '.');
    }
}
