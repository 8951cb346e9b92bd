package scanline.lab.architecture;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.MethodModel;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.constantpool.StringEntry;
import java.lang.classfile.constantpool.Utf8Entry;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.DirectMethodHandleDesc;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReader;
import java.lang.module.ResolvedModule;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** What javac made of a source file: which packages it refers to, and what its methods use. */
record CompiledClass(ClassModel model) {
    private static final Pattern SCANLINE_CLASS = Pattern.compile("(scanline/[a-z]+(?:/[a-z]+)+)/[A-Z]");
    private static final Pattern CLASS_NAME = Pattern.compile("scanline(?:(?:\\.[a-z]+)+\\.|(?:/[a-z]+)+/)[A-Z]\\w*");

    /** One method's use of a method or field of a type; {@code owner} is as in {@code java.lang.Math}. */
    record Use(String method, String owner, String member, String type) {
        @Override
        public String toString() {
            return method + " uses " + owner + "." + member;
        }
    }

    static CompiledClass parse(byte[] bytes) {
        return new CompiledClass(ClassFile.of().parse(bytes));
    }

    /** The main classes of a module that this test runs with; its tests, which patch it, are left out. */
    static List<CompiledClass> of(String module) throws IOException {
        ResolvedModule resolved = ModuleLayer.boot().configuration().findModule(module).orElseThrow();
        Path location = Path.of(resolved.reference().location().orElseThrow());
        try (ModuleReader reader = ModuleFinder.of(location).find(module).orElseThrow().open()) {
            List<CompiledClass> classes = new ArrayList<>();
            for (String name : reader.list().filter(CompiledClass::isClass).sorted().toList()) {
                ByteBuffer content = reader.read(name).orElseThrow();
                byte[] bytes = new byte[content.remaining()];
                content.get(bytes);
                reader.release(content);
                classes.add(parse(bytes));
            }
            return classes;
        }
    }

    private static boolean isClass(String resource) {
        return resource.endsWith(".class") && !resource.equals("module-info.class");
    }

    String name() {
        return dotted(model.thisClass().asInternalName());
    }

    String packageName() {
        return name().substring(0, name().lastIndexOf('.'));
    }

    /** Scanline's packages that the class refers to in code, signatures or annotations, its own left out. */
    TreeSet<String> packages() {
        TreeSet<String> packages = new TreeSet<>();
        texts().flatMap(text -> SCANLINE_CLASS.matcher(text).results())
                .map((MatchResult match) -> dotted(match.group(1)))
                .forEach(packages::add);
        packages.remove(packageName());
        return packages;
    }

    /** Does the class refer to any class of this package? */
    boolean refersTo(String packageName) {
        String prefix = packageName.replace('.', '/') + "/";
        return texts().anyMatch(text -> text.contains(prefix));
    }

    /** Every use of a method or field, method references included. */
    List<Use> uses() {
        List<Use> uses = new ArrayList<>();
        for (MethodModel method : model.methods()) {
            String user = name() + "." + method.methodName().stringValue();
            method.code().ifPresent(code -> code.forEach(element -> add(element, user, uses)));
        }
        return uses;
    }

    private static void add(CodeElement element, String user, List<Use> uses) {
        switch (element) {
            case InvokeInstruction call ->
                uses.add(new Use(user, dotted(call.owner().asInternalName()), call.name().stringValue(),
                        call.type().stringValue()));
            case FieldInstruction field ->
                uses.add(new Use(user, dotted(field.owner().asInternalName()), field.name().stringValue(),
                        field.type().stringValue()));
            case InvokeDynamicInstruction call -> call.bootstrapArgs().stream()
                    .filter(DirectMethodHandleDesc.class::isInstance)
                    .map(DirectMethodHandleDesc.class::cast)
                    .forEach(handle -> uses.add(new Use(user, className(handle), handle.methodName(),
                            handle.lookupDescriptor())));
            default -> {
            }
        }
    }

    private static String className(DirectMethodHandleDesc handle) {
        String descriptor = handle.owner().descriptorString();
        return dotted(descriptor.substring(1, descriptor.length() - 1));
    }

    /** The classes of Scanline that a string of the class names, as reflection and the java command take them. */
    List<String> classesInStrings() {
        return StreamSupport.stream(model.constantPool().spliterator(), false).filter(StringEntry.class::isInstance)
                .flatMap((PoolEntry entry) -> CLASS_NAME.matcher(((StringEntry) entry).stringValue()).results())
                .map(MatchResult::group).toList();
    }

    /** Every text of the constant pool: names, descriptors and signatures alike. */
    private Stream<String> texts() {
        return StreamSupport.stream(model.constantPool().spliterator(), false)
                .filter(Utf8Entry.class::isInstance)
                .map((PoolEntry entry) -> ((Utf8Entry) entry).stringValue());
    }

    private static String dotted(String internalName) {
        return internalName.replace('/', '.');
    }
}
