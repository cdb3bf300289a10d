package io.jenkins.plugins.releasetrain.harness;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import hudson.model.Action;
import hudson.model.Descriptor;
import hudson.model.ManagementLink;
import hudson.model.RootAction;
import io.jenkins.plugins.releasetrain.security.ReleasePermissions;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import jenkins.model.Jenkins;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.jvnet.hudson.test.JenkinsRule;
import org.jvnet.hudson.test.MockAuthorizationStrategy;
import org.jvnet.hudson.test.junit.jupiter.WithJenkins;
import org.kohsuke.stapler.interceptor.RequirePOST;
import org.kohsuke.stapler.verb.POST;

/** Every web method and every route of the plugin, found by reflection (I10), and what its pages are made of (CSP). */
@WithJenkins
class WebTest {
    private static final String BASE = "io.jenkins.plugins.releasetrain";
    private static final String ANONYMOUS = "";
    private static final Pattern INLINE_CODE = Pattern.compile(
            "<script(?![^>]*\\ssrc=)(?![^>]*type=.application/json)[^>]*>|<[a-z][^>]*\\son[a-z]+=|href=.javascript:",
            Pattern.CASE_INSENSITIVE);

    private final HttpClient client = HttpClient.newHttpClient();
    private JenkinsRule jenkins;

    @BeforeEach
    void setUp(JenkinsRule rule) {
        jenkins = rule;
        jenkins.jenkins.setCrumbIssuer(null);
        jenkins.jenkins.setSecurityRealm(jenkins.createDummySecurityRealm());
        jenkins.jenkins.setAuthorizationStrategy(new MockAuthorizationStrategy()
                .grant(Jenkins.READ, hudson.model.Item.READ)
                .everywhere()
                .to("reader")
                .grant(Jenkins.ADMINISTER)
                .everywhere()
                .to("admin"));
    }

    /** The plugin's objects that have a URL of their own. */
    private static Map<String, Object> places() {
        Map<String, Object> places = new TreeMap<>();
        for (JavaClass found : new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages(BASE)) {
            Class<?> type = found.reflect();
            if (!type.isAnnotationPresent(hudson.Extension.class)
                    || type.getName().contains(".harness.")) {
                continue;
            }
            Object one = Stream.of(RootAction.class, ManagementLink.class, Descriptor.class)
                    .flatMap(t -> Jenkins.get().getExtensionList((Class<?>) t).stream())
                    .filter(type::isInstance)
                    .findFirst()
                    .orElse(null);
            if (one instanceof Descriptor<?> descriptor) {
                places.put("descriptorByName/" + descriptor.clazz.getName() + "/", descriptor);
            } else if (one instanceof ManagementLink link) {
                places.put("manage/" + link.getUrlName() + "/", link);
            } else if (one instanceof Action action && action.getUrlName() != null) {
                places.put(action.getUrlName() + "/", action);
            }
        }
        return places;
    }

    private static Stream<Method> methods(Object place, String prefix) {
        return Stream.of(place.getClass().getMethods())
                .filter(m -> m.getDeclaringClass().getName().startsWith(BASE) && !Modifier.isStatic(m.getModifiers()))
                .filter(m -> m.getName().matches(prefix + "[A-Z].*"));
    }

    private static String route(Method method, String prefix) {
        String name = method.getName().substring(prefix.length());
        return Character.toLowerCase(name.charAt(0)) + name.substring(1);
    }

    @Test
    void I10_everyWebMethodChecksAPermissionAndWhatChangesSomethingIsPost() throws Exception {
        int methods = 0;
        List<String> wrong = new ArrayList<>();
        for (Map.Entry<String, Object> place : places().entrySet()) {
            for (Method method : methods(place.getValue(), "do").toList()) {
                String url = place.getKey() + route(method, "do") + "?value=x&name=x&credentialsId=x&train=x";
                boolean post = method.isAnnotationPresent(POST.class) || method.isAnnotationPresent(RequirePOST.class);
                methods++;
                // A badge does not even tell whether there is such a service.
                boolean badge = url.startsWith("release-trains/badge?");
                expect(wrong, post ? "POST" : "GET", ANONYMOUS, url, badge ? 404 : 403, badge ? 404 : 401);
                if (post) {
                    expect(wrong, "GET", "admin", url, 404, 405);
                    if (!tellsNothing(send("POST", "reader", url))) {
                        wrong.add("POST " + url + " tells a reader something");
                    }
                }
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(methods).isGreaterThan(30);
    }

    /** Refused, or an empty answer: a check that passes, a list without more than the value that was sent. */
    private static boolean tellsNothing(HttpResponse<String> answer) {
        String body = answer.body();
        return answer.statusCode() == 403
                || answer.statusCode() == 400 && body.startsWith("{\"error\":\"Unknown operation ''")
                || answer.statusCode() == 200
                        && (body.equals("<div/>") || !body.contains("\"name\"") || body.split("\"name\"").length == 2);
    }

    @Test
    void I10_noRouteIntoTheConfigurationIsOpen() throws Exception {
        int routes = 0;
        List<String> wrong = new ArrayList<>();
        try (Shop shop = new Shop()) {
            shop.configure();
            for (Map.Entry<String, Object> place : places().entrySet()) {
                for (Method method : methods(place.getValue(), "get")
                        .filter(m -> m.getParameterCount() == 0)
                        .toList()) {
                    routes++;
                    for (String url : List.of("", "/0/", "/0/name")) {
                        String route = place.getKey() + route(method, "get") + url;
                        expect(wrong, "GET", ANONYMOUS, route, 403, 401, 404);
                        expect(wrong, "GET", "reader", route, 403, 404);
                    }
                }
            }
            expect(wrong, "GET", "reader", "manage/release-train/", 403);
            expect(wrong, "GET", "admin", "manage/release-train/", 200);
        }
        assertThat(wrong).isEmpty();
        assertThat(routes).isGreaterThan(20);
    }

    @Test
    void I10_imagesAreForWhoMaySeeReleases() throws Exception {
        jenkins.jenkins.setAuthorizationStrategy(new MockAuthorizationStrategy()
                .grant(Jenkins.READ, hudson.model.Item.READ)
                .everywhere()
                .to("reader")
                .grant(hudson.model.Item.READ)
                .onRoot()
                .to("blind"));
        jenkins.buildAndAssertSuccess(
                Shop.job(jenkins, "cart", "trackImage service: 'cart', image: 'dev.example/shop/cart:1.4.2'"));

        String api = "job/cart/release-images/api/json?tree=builds[build,images[image]]";
        assertThat(send("GET", "reader", api).body()).contains("\"build\":1", "dev.example/shop/cart:1.4.2");
        assertThat(send("GET", "reader", "job/cart/1/").body()).contains("dev.example/shop/cart:1.4.2");
        for (String url : List.of("job/cart/release-images/", api, "job/cart/1/", "job/cart/1/api/json?depth=3")) {
            for (String user : List.of("blind", ANONYMOUS)) {
                assertThat(send("GET", user, url).body())
                        .as(user + " GET " + url)
                        .doesNotContain("dev.example/shop/cart");
            }
        }
        assertThat(Jenkins.get()
                        .getACL()
                        .hasPermission2(
                                hudson.model.User.getById("blind", true).impersonate2(), ReleasePermissions.VIEW))
                .isFalse();
    }

    @Test
    void pagesObeyTheContentSecurityPolicy() throws Exception {
        try (Shop shop = new Shop()) {
            shop.configure();
            jenkins.buildAndAssertSuccess(
                    Shop.job(jenkins, "cart", "trackImage service: 'cart', image: 'dev.example/shop/cart:1.4.2'"));
            for (String url : List.of(
                    "manage/release-train/",
                    "job/cart/1/",
                    "job/cart/release-images/",
                    "release-trains/",
                    "release-trains/releases/shop-1")) {
                HttpResponse<String> page = send("GET", "admin", url);
                assertThat(page.statusCode()).as(url).isEqualTo(200);
                assertThat(page.headers().firstValue("Content-Security-Policy"))
                        .as("enforced for " + url)
                        .hasValueSatisfying(policy ->
                                assertThat(policy).contains("script-src").doesNotContain("unsafe-eval"));
                assertThat(INLINE_CODE.matcher(page.body()).results().map(MatchResult::group))
                        .as(url)
                        .isEmpty();
            }
        }
    }

    /** Core's own tags may bring styles, which its policy allows them; ours bring none. */
    @Test
    void viewsHaveNeitherInlineCodeNorStyle() throws Exception {
        Path views = Path.of(getClass()
                        .getResource("/" + BASE.replace('.', '/') + "/config/ReleaseTrainLink/index.jelly")
                        .toURI())
                .resolve("../../..")
                .normalize();
        try (Stream<Path> files = Files.walk(views)) {
            List<Path> all =
                    files.filter(f -> f.toString().matches(".*\\.(jelly|html)")).toList();
            assertThat(all).hasSizeGreaterThan(40);
            for (Path file : all) {
                assertThat(Files.readString(file))
                        .as(file.toString())
                        .doesNotContainPattern(INLINE_CODE)
                        .doesNotContainPattern("<style|\\sstyle=");
            }
        }
    }

    private void expect(List<String> wrong, String method, String user, String url, Integer... statuses)
            throws Exception {
        int status = send(method, user, url).statusCode();
        if (!List.of(statuses).contains(status)) {
            wrong.add(method + " " + url + " as '" + user + "' answered " + status);
        }
    }

    /** As a script would, with the dummy realm's password. */
    private HttpResponse<String> send(String method, String user, String url) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(jenkins.getURL() + url))
                .method(method, HttpRequest.BodyPublishers.noBody());
        if (!user.isEmpty()) {
            byte[] login = (user + ":" + user).getBytes(StandardCharsets.UTF_8);
            request.header("Authorization", "Basic " + Base64.getEncoder().encodeToString(login));
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
}
