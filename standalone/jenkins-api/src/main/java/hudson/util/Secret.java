package hudson.util;

/** Without encryption, so that plain tests of configuration can have one. */
public final class Secret {
    private final String text;

    private Secret(String text) {
        this.text = text;
    }

    public static Secret fromString(String text) {
        return new Secret(text == null ? "" : text);
    }

    public String getPlainText() {
        return text;
    }
}
