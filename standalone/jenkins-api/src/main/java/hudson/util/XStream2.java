package hudson.util;

public class XStream2 {
    protected XStream2() {}

    public String toXML(Object value) {
        throw new UnsupportedOperationException();
    }
}
