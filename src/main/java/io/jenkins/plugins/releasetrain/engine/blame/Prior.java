package io.jenkins.plugins.releasetrain.engine.blame;

/** What is believed of changes before any run: the chance that all of a set are good. Changes are bits. */
final class Prior {
    /** What cannot but be good. */
    static final Prior CERTAIN = new Prior(0, 0);

    /** A change that is doubted is as likely good as so many others together. */
    private static final int DOUBT = 4;

    private final double[] good = new double[Long.SIZE * DOUBT + 1];
    private final long doubted;

    /**
     * @param failure chance that a change is bad
     * @param doubted changes of which something is known that makes it likelier
     */
    Prior(double failure, long doubted) {
        this.doubted = doubted;
        good[0] = 1;
        for (int i = 1; i < good.length; i++) {
            good[i] = good[i - 1] * (1 - failure);
        }
    }

    double allGood(long set) {
        return good[Long.bitCount(set) + (DOUBT - 1) * Long.bitCount(set & doubted)];
    }
}
