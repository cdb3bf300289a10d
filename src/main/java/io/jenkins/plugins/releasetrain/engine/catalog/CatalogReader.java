package io.jenkins.plugins.releasetrain.engine.catalog;

import com.networknt.schema.JsonNodePath;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import io.jenkins.plugins.releasetrain.engine.model.Catalog;
import io.jenkins.plugins.releasetrain.engine.model.EngineException;
import io.jenkins.plugins.releasetrain.engine.model.Service;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Reads catalogs written in YAML; see docs/catalog.md for their form and {@code catalog.schema.json} beside this class
 * for their schema. Keep one reader: it compiles the schema once. Safe for many threads.
 */
public final class CatalogReader {
    /** Enough for tens of thousands of services. */
    public static final int USUAL_MAXIMUM_CHARACTERS = 10_000_000;

    private static final int PROBLEMS_SHOWN = 50;

    private final int maximumCharacters;
    private final JsonSchema schema;

    public CatalogReader() {
        this(USUAL_MAXIMUM_CHARACTERS);
    }

    /** @param maximumCharacters of a catalog's text; what is longer is refused unread */
    public CatalogReader(int maximumCharacters) {
        this.maximumCharacters = maximumCharacters;
        this.schema = compileSchema();
    }

    private static JsonSchema compileSchema() {
        SchemaValidatorsConfig config = SchemaValidatorsConfig.builder()
                .errorMessageKeyword("errorMessage")
                .locale(Locale.ENGLISH)
                .build();
        try (InputStream json = CatalogReader.class.getResourceAsStream("catalog.schema.json")) {
            return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                    .getSchema(Objects.requireNonNull(json, "catalog.schema.json"), config);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * @throws EngineException INVALID_INPUT with every problem's place and reason, in the order of lines
     */
    public Catalog read(String yaml) {
        List<Problem> problems = new ArrayList<>();
        Catalog catalog = examine(yaml, problems);
        if (!problems.isEmpty()) {
            throw EngineException.invalid(describe(problems));
        }
        return catalog;
    }

    /** All that is wrong with a catalog, in the order of lines; empty where it can be read. */
    public List<Problem> check(String yaml) {
        List<Problem> problems = new ArrayList<>();
        examine(yaml, problems);
        return problems.stream().sorted().toList();
    }

    /** What a usable catalog says in vain, in the order of lines: it keeps nobody from using it. Empty where it has problems. */
    public List<Problem> doubts(String yaml) {
        List<Problem> problems = new ArrayList<>();
        List<Problem> doubts = YamlDocument.parse(yaml, maximumCharacters, problems)
                .map(document -> KindRules.unused(document, examine(document, problems)))
                .orElse(List.of());
        return problems.isEmpty() ? doubts : List.of();
    }

    private Catalog examine(String yaml, List<Problem> problems) {
        return YamlDocument.parse(yaml, maximumCharacters, problems)
                .map(document -> examine(document, problems))
                .orElseGet(() -> new Catalog(new TreeMap<>()));
    }

    private Catalog examine(YamlDocument document, List<Problem> problems) {
        SortedMap<String, Service> services = CatalogRules.apply(document, checkSchema(document, problems), problems);
        return new Catalog(
                services, ContractForm.read(document, services, problems), SourceForm.read(document, problems));
    }

    /** Adds what violates the schema; the names that no service may have. */
    private Set<String> checkSchema(YamlDocument document, List<Problem> problems) {
        Set<String> badNames = new HashSet<>();
        for (ValidationMessage message : schema.validate(document.json())) {
            List<Object> steps = steps(message);
            String path = YamlDocument.ROOT;
            for (Object step : steps) {
                path = step instanceof Integer index
                        ? YamlDocument.element(path, index)
                        : YamlDocument.member(path, step.toString());
            }
            problems.add(document.problem(path, message.getError()));
            if ("propertyNames".equals(message.getType())) {
                badNames.add(message.getProperty());
            }
        }
        return badNames;
    }

    /** Member names and indices from the root to what the message is about. */
    private static List<Object> steps(ValidationMessage message) {
        JsonNodePath location = message.getInstanceLocation();
        List<Object> steps = new ArrayList<>();
        for (int i = 0; i < location.getNameCount(); i++) {
            steps.add(location.getElement(i));
        }
        // These are reported at the object, although one of its members is to blame.
        if (Set.of("additionalProperties", "propertyNames").contains(message.getType())) {
            steps.add(message.getProperty());
        }
        return steps;
    }

    private static String describe(List<Problem> problems) {
        String shown = problems.stream()
                .sorted()
                .limit(PROBLEMS_SHOWN)
                .map(problem -> "\n" + problem)
                .collect(Collectors.joining());
        int more = problems.size() - PROBLEMS_SHOWN;
        return "The catalog has " + (problems.size() == 1 ? "1 problem:" : problems.size() + " problems:") + shown
                + (more > 0 ? "\n… and " + more + " more" : "");
    }
}
