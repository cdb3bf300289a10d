package org.kohsuke.stapler;

public abstract class HttpResponses {
    public abstract static class HttpResponseException extends RuntimeException implements HttpResponse {
        private static final long serialVersionUID = 1;
    }
}
