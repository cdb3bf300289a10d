package org.kohsuke.stapler;

public final class HttpRedirect extends RuntimeException implements HttpResponse {
    private static final long serialVersionUID = 1;

    @Override
    public void generateResponse(StaplerRequest2 request, StaplerResponse2 response, Object node) {
        throw new UnsupportedOperationException();
    }
}
