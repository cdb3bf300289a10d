package io.jenkins.plugins.releasetrain.testkit.registry;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The end points of the distribution specification 1.1. */
final class Router {
    private static final String NAME = "([a-z0-9]+(?:[._/-]+[a-z0-9]+)*)";
    private static final Pattern MANIFEST = Pattern.compile("/v2/" + NAME + "/manifests/([^/]+)");
    private static final Pattern BEGIN = Pattern.compile("/v2/" + NAME + "/blobs/uploads/?");
    private static final Pattern UPLOAD = Pattern.compile("/v2/" + NAME + "/blobs/uploads/([^/]+)");
    private static final Pattern BLOB = Pattern.compile("/v2/" + NAME + "/blobs/([^/]+)");
    private static final Pattern TAGS = Pattern.compile("/v2/" + NAME + "/tags/list");
    private static final Pattern REFERRERS = Pattern.compile("/v2/" + NAME + "/referrers/([^/]+)");

    private final ManifestEndpoints manifests;
    private final BlobEndpoints blobs;

    Router(ManifestEndpoints manifests, BlobEndpoints blobs) {
        this.manifests = manifests;
        this.blobs = blobs;
    }

    Reply answer(Request request) {
        if (request.path().equals("/v2/")) {
            return Reply.json(200, "{}");
        }
        for (Route route : routes()) {
            Matcher matcher = route.path.matcher(request.path());
            if (matcher.matches()) {
                return route.endpoint.answer(
                        request, matcher.group(1), matcher.groupCount() > 1 ? matcher.group(2) : "");
            }
        }
        return Reply.error(404, "UNSUPPORTED", "no such end point");
    }

    /** The repository that a path is about; empty where it is about none. */
    static String repository(String path) {
        for (Pattern pattern : List.of(MANIFEST, BEGIN, UPLOAD, BLOB, TAGS, REFERRERS)) {
            Matcher matcher = pattern.matcher(path);
            if (matcher.matches()) {
                return matcher.group(1);
            }
        }
        return "";
    }

    private List<Route> routes() {
        return List.of(
                new Route(MANIFEST, manifests::manifest),
                new Route(BEGIN, blobs::begin),
                new Route(UPLOAD, blobs::upload),
                new Route(BLOB, blobs::blob),
                new Route(TAGS, manifests::tags),
                new Route(REFERRERS, manifests::referrers));
    }

    private record Route(Pattern path, Endpoint endpoint) {}

    private interface Endpoint {
        Reply answer(Request request, String repository, String rest);
    }
}
