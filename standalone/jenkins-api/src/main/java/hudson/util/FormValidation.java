package hudson.util;

public abstract class FormValidation extends Exception {
    private static final long serialVersionUID = 1;

    public final Kind kind = null;

    private FormValidation() {}

    public enum Kind {
        OK,
        WARNING,
        ERROR
    }

    public static FormValidation ok() {
        throw new UnsupportedOperationException();
    }

    public static FormValidation ok(String message) {
        throw new UnsupportedOperationException();
    }

    public static FormValidation okWithMarkup(String html) {
        throw new UnsupportedOperationException();
    }

    public abstract String renderHtml();

    public static FormValidation error(String message) {
        throw new UnsupportedOperationException();
    }

    public static FormValidation warning(String message) {
        throw new UnsupportedOperationException();
    }
}
