package groovy.lang;

@SuppressWarnings("rawtypes")
public class MissingPropertyException extends GroovyRuntimeException {
    private static final long serialVersionUID = 1;

    private final transient Class type;

    public MissingPropertyException(String property, Class type) {
        super("No such property: " + property + " for class: " + type.getName());
        this.type = type;
    }

    public Class getType() {
        return type;
    }
}
