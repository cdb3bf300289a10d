package groovy.lang;

public class GroovyRuntimeException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public GroovyRuntimeException(String message) {
        super(message);
    }
}
