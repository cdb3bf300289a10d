package hudson.model;

public abstract class Cause {
    public static class UpstreamCause extends Cause {
        public Run<?, ?> getUpstreamRun() {
            throw new UnsupportedOperationException();
        }
    }

    public static class UserIdCause extends Cause {
        public String getUserId() {
            throw new UnsupportedOperationException();
        }
    }
}
