package io.jenkins.plugins.releasetrain.engine.catalog;

import static io.jenkins.plugins.releasetrain.engine.catalog.YamlDocument.member;

import com.fasterxml.jackson.databind.JsonNode;
import io.jenkins.plugins.releasetrain.engine.model.SourceLinks;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** What a catalog says of where issues are, and where revisions can be compared. */
final class SourceForm {
    private SourceForm() {}

    static SourceLinks read(YamlDocument document, List<Problem> problems) {
        JsonNode issues = document.json().path("issues");
        String path = member(YamlDocument.ROOT, "issues");
        String pattern = issues.path("pattern").asText("");
        try {
            if (!pattern.isEmpty() && Pattern.compile(pattern).matcher("").matches()) {
                problems.add(document.problem(member(path, "pattern"), "finds an issue where there is no text"));
            }
        } catch (PatternSyntaxException e) {
            problems.add(document.problem(
                    member(path, "pattern"),
                    "is no regular expression: " + e.getDescription() + " at " + e.getIndex()));
            pattern = "";
        }
        return new SourceLinks(
                pattern,
                issues.path("url").asText(""),
                document.json().path("compare").asText(""));
    }
}
