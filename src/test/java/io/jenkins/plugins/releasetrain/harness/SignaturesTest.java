package io.jenkins.plugins.releasetrain.harness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every signature of standalone/jenkins-api is the real one's: same names, same types, as far as they are written down. */
class SignaturesTest {
    private static final Path SOURCES = Path.of("standalone/jenkins-api/src/main/java");

    @TempDir
    private Path classes;

    @Test
    void everySignatureIsThatOfTheRealClass() throws Exception {
        assumeTrue(Files.isDirectory(SOURCES), "The signatures are not beside this build: " + SOURCES.toAbsolutePath());
        compile();
        List<String> differences = new ArrayList<>();
        int compared = 0;
        try (OnlyThese written = new OnlyThese(classes);
                Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".class")).toList()) {
                String name =
                        classes.relativize(file).toString().replace('/', '.').replaceAll("\\.class$", "");
                compare(
                        written.loadClass(name),
                        Class.forName(name, false, getClass().getClassLoader()),
                        differences);
                compared++;
            }
        }
        assertThat(differences).isEmpty();
        assertThat(compared).isGreaterThan(80);
    }

    private void compile() throws Exception {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<String> arguments = new ArrayList<>(List.of("-nowarn", "-proc:none", "-cp", "", "-d", classes.toString()));
        try (Stream<Path> files = Files.walk(SOURCES)) {
            files.map(Path::toString).filter(f -> f.endsWith(".java")).forEach(arguments::add);
        }
        assertThat(compiler.run(null, null, null, arguments.toArray(String[]::new)))
                .isZero();
    }

    /** Loads the signatures instead of the real classes of the same names. */
    private static final class OnlyThese extends java.net.URLClassLoader {
        OnlyThese(Path classes) throws Exception {
            super(
                    new java.net.URL[] {URI.create(classes.toUri().toString()).toURL()},
                    ClassLoader.getPlatformClassLoader());
        }
    }

    private static void compare(Class<?> written, Class<?> real, List<String> differences) {
        if (written.isInterface() != real.isInterface() || written.isAnnotation() != real.isAnnotation()) {
            differences.add(written.getName() + ": is another kind of type");
        }
        if (isPublic(written) && !isPublic(real)) {
            differences.add(written.getName() + ": is not public");
        }
        for (Class<?> parent : parents(written)) {
            if (parents(real).stream().noneMatch(p -> p.getName().equals(parent.getName()))) {
                differences.add(written.getName() + ": is no " + parent.getName());
            }
        }
        for (Method method : written.getDeclaredMethods()) {
            if (!method.isSynthetic() && !isPrivate(method.getModifiers())) {
                same(method, find(real, method), differences);
            }
        }
        for (Constructor<?> constructor : written.getDeclaredConstructors()) {
            if (isPublic(constructor.getModifiers()) && constructor.getParameterCount() > 0) {
                boolean there = Arrays.stream(real.getDeclaredConstructors())
                        .anyMatch(c -> types(c).equals(types(constructor)) && !isPrivate(c.getModifiers()));
                if (!there) {
                    differences.add("no constructor " + constructor);
                }
            }
        }
        for (Field field : written.getDeclaredFields()) {
            if (isPublic(field.getModifiers()) && !field.isSynthetic()) {
                same(field, real, differences);
            }
        }
    }

    private static void same(Method written, Optional<Method> real, List<String> differences) {
        if (real.isEmpty()) {
            differences.add("no method " + written);
        } else if (Modifier.isStatic(written.getModifiers())
                != Modifier.isStatic(real.get().getModifiers())) {
            differences.add("static or not: " + written);
        } else if (!isPublic(real.get().getModifiers()) && isPublic(written.getModifiers())) {
            differences.add("not public: " + written);
        }
    }

    private static void same(Field written, Class<?> real, List<String> differences) {
        try {
            Field there = real.getField(written.getName());
            if (!there.getType().getName().equals(written.getType().getName())) {
                differences.add("of another type: " + written);
            }
        } catch (NoSuchFieldException e) {
            differences.add("no field " + written);
        }
    }

    /** Also inherited: a signature may leave out a class between. */
    private static Optional<Method> find(Class<?> real, Method written) {
        return Stream.concat(Stream.of(real), parents(real).stream())
                .flatMap(c -> Arrays.stream(c.getDeclaredMethods()))
                .filter(m -> m.getName().equals(written.getName())
                        && types(m).equals(types(written))
                        && m.getReturnType()
                                .getName()
                                .equals(written.getReturnType().getName()))
                .findFirst();
    }

    private static List<Class<?>> parents(Class<?> type) {
        List<Class<?>> all = new ArrayList<>();
        for (Class<?> c = type.getSuperclass(); c != null; c = c.getSuperclass()) {
            all.add(c);
            all.addAll(parents(c));
        }
        for (Class<?> i : type.getInterfaces()) {
            all.add(i);
            all.addAll(parents(i));
        }
        return all;
    }

    private static List<String> types(Executable executable) {
        return Arrays.stream(executable.getParameterTypes()).map(Class::getName).toList();
    }

    private static boolean isPublic(Class<?> type) {
        return isPublic(type.getModifiers());
    }

    private static boolean isPublic(int modifiers) {
        return Modifier.isPublic(modifiers);
    }

    private static boolean isPrivate(int modifiers) {
        return Modifier.isPrivate(modifiers);
    }
}
