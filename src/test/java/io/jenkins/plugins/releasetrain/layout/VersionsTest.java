package io.jenkins.plugins.releasetrain.layout;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** There is one place for versions, standalone/pom.xml; the plugin's own build can only repeat it. */
class VersionsTest {
    @Test
    void pluginBuildUsesTheVersionsOfTheStandaloneBuild() throws Exception {
        Map<String, String> here = versions(Repository.root().resolve("standalone/pom.xml"));
        Map<String, String> there = versions(Repository.root().resolve("pom.xml"));
        there.remove("jenkins.version");
        assertThat(here).containsAllEntriesOf(there);
        assertThat(there)
                .as("the plugin build has versions of its own to compare")
                .hasSizeGreaterThan(5);
    }

    private static Map<String, String> versions(Path pom) throws Exception {
        Element project = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(pom.toFile())
                .getDocumentElement();
        NodeList properties =
                ((Element) project.getElementsByTagName("properties").item(0)).getElementsByTagName("*");
        Map<String, String> versions = new TreeMap<>();
        for (int i = 0; i < properties.getLength(); i++) {
            Element property = (Element) properties.item(i);
            if (property.getTagName().endsWith(".version")) {
                versions.put(property.getTagName(), property.getTextContent().strip());
            }
        }
        return versions;
    }
}
