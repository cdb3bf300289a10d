package io.jenkins.plugins.releasetrain.bench;

import io.jenkins.plugins.releasetrain.engine.history.HistoryApi;
import io.jenkins.plugins.releasetrain.engine.operation.OperationsApi;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the first page weighs that a browser shows for the first time: style, scripts that it loads whatever it shows, texts, and
 * what goes on. PagesTest#firstPageIsSmall measures the same in a browser, with headers and the page itself.
 */
final class FirstPage {
    private static final Pattern IMPORTED = Pattern.compile("from \"\\./(\\w+\\.js)\"");

    private FirstPage() {}

    /** In German, which is the longer. */
    static double kilobytes(HistoryApi api) throws IOException {
        long bytes = read("start.css").length + read("start.js").length;
        Set<String> seen = new HashSet<>();
        Deque<String> wanted = new ArrayDeque<>(Set.of("main.js"));
        while (!wanted.isEmpty()) {
            String name = wanted.pop();
            if (seen.add(name)) {
                byte[] script = read(name);
                bytes += script.length;
                Matcher imports = IMPORTED.matcher(new String(script, StandardCharsets.UTF_8));
                while (imports.find()) {
                    wanted.push(imports.group(1));
                }
            }
        }
        OperationsApi.Caller caller = new OperationsApi.Caller("ada", right -> true);
        bytes += OperationsApi.context(caller, Locale.GERMAN).body().length;
        bytes += api.get("overview", "", "").body().length;
        return Math.round(bytes / 100.0) / 10.0;
    }

    private static byte[] read(String name) throws IOException {
        try (InputStream file = HistoryApi.class.getResourceAsStream("pages/" + name)) {
            if (file == null) {
                throw new IllegalStateException("There is no " + name);
            }
            return file.readAllBytes();
        }
    }
}
