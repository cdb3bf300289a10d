package hudson.remoting;

public class Channel {
    protected Channel() {}

    public static boolean isClosedChannelException(Throwable t) {
        throw new UnsupportedOperationException();
    }
}
