import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * Tells how tests went, since Maven is silent with {@code -q}: {@code begin <module folder>} before a module's tests,
 * {@code end <module folder>} after them, {@code all <folder of modules>...} at the very end. Run as a source file, by the
 * standalone build and by .ci/run; reads what Surefire wrote.
 */
public final class TestReport {
    private static final String REPORTS = "target/surefire-reports";

    private int passed;
    private final List<String> failed = new ArrayList<>();
    /** How many tests were skipped, by reason. */
    private final Map<String, Integer> skipped = new TreeMap<>();

    private Duration time = Duration.ZERO;

    private TestReport() {}

    public static void main(String[] args) throws Exception {
        List<Path> folders =
                Arrays.stream(args).skip(1).map(Path::of).map(Path::normalize).toList();
        Path module = folders.get(0);
        switch (args[0]) {
            case "begin" -> begin(module);
            case "end" -> end(module);
            default -> all(folders);
        }
    }

    private static void begin(Path module) throws IOException {
        for (Path report : reports(module)) {
            Files.delete(report);
        }
        System.out.println("[tests] " + module.getFileName() + ": running");
    }

    private static void end(Path module) throws Exception {
        TestReport report = new TestReport();
        report.read(module);
        System.out.println("[tests] " + module.getFileName() + ": " + report.counts() + " in " + report.seconds());
        if (!report.failed.isEmpty()) {
            report.failed.forEach(test -> System.out.println("[tests]   failed: " + test));
            System.out.println(report.counts());
            System.exit(1);
        }
    }

    private static void all(List<Path> folders) throws Exception {
        TestReport report = new TestReport();
        for (Path folder : folders) {
            try (Stream<Path> modules = Files.list(folder)) {
                for (Path module :
                        Stream.concat(Stream.of(folder), modules.sorted()).toList()) {
                    report.read(module);
                }
            }
        }
        report.skipped.forEach((why, times) -> System.out.println("[tests] skipped " + times + ": " + why));
        report.failed.forEach(test -> System.out.println("[tests] failed: " + test));
        System.out.println(report.counts());
        if (!report.failed.isEmpty()) {
            System.exit(1);
        }
    }

    private String counts() {
        int skips = skipped.values().stream().mapToInt(Integer::intValue).sum();
        return passed + " passed, " + failed.size() + " failed, " + skips + " skipped";
    }

    private String seconds() {
        return time.toSeconds() + " s";
    }

    private static List<Path> reports(Path module) throws IOException {
        Path folder = module.resolve(REPORTS);
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> f.getFileName().toString().matches("TEST-.*\\.xml"))
                    .sorted()
                    .toList();
        }
    }

    private void read(Path module) throws Exception {
        for (Path report : reports(module)) {
            Document suite =
                    DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new File(report.toString()));
            String seconds = suite.getDocumentElement().getAttribute("time").replace(",", "");
            time = time.plusMillis(seconds.isEmpty() ? 0 : (long) (Double.parseDouble(seconds) * 1_000));
            NodeList tests = suite.getElementsByTagName("testcase");
            for (int i = 0; i < tests.getLength(); i++) {
                count((Element) tests.item(i));
            }
        }
    }

    /** Surefire gives the reason of an assumption as the first line of its stack trace. */
    private static String reason(Element skip) {
        String told = skip.getAttribute("message") + skip.getTextContent().strip();
        String line = told.lines().findFirst().orElse("").replaceFirst("^[\\w.]+Exception: ", "");
        String why = line.replaceFirst("^Assumption failed: ", "");
        return why.isEmpty() ? "without a reason" : why;
    }

    private void count(Element test) {
        NodeList skips = test.getElementsByTagName("skipped");
        if (skips.getLength() > 0) {
            skipped.merge(reason((Element) skips.item(0)), 1, Integer::sum);
        } else if (test.getElementsByTagName("failure").getLength() > 0
                || test.getElementsByTagName("error").getLength() > 0) {
            failed.add(test.getAttribute("classname") + "." + test.getAttribute("name"));
        } else {
            passed++;
        }
    }
}
