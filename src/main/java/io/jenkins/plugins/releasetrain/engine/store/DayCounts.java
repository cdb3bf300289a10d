package io.jenkins.plugins.releasetrain.engine.store;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How often what happened; sums of such are such again. Times are kept as a histogram with logarithmic buckets, as in
 * DDSketch (Masson, Rim, Lee, "DDSketch: a fast and fully-mergeable quantile sketch with relative-error guarantees",
 * PVLDB 12(12), 2019): what it tells of them is off by at most 5 % (1 % where the metric
 * says so) or, below a minute, by 3 s.
 *
 * <p>Its bytes: for each metric its number, how many buckets, and those as the distance to the former one and the count;
 * all of it numbers of 7 bits a byte, lowest first. Numbers of newer versions are kept.
 */
public final class DayCounts {
    private static final double BASE = Math.log(1.1);
    private static final double FINE_BASE = Math.log(1.02);
    private static final Set<Metric> FINE = EnumSet.of(Metric.LEAD_FINE, Metric.RECOVERY);
    private static final int MOST_BUCKETS = 400;
    private static final int MOST_FINE_BUCKETS = 2_000;
    private static final int SEVEN_BITS = 7;
    private static final int BOUNDS_APART = 6;
    private static final int FIRST_BOUND = 10;
    private static final int LAST_BOUND = 144;
    private static final double MILLIS = 1_000;

    /** By metric; null where there is none of it. */
    private long[][] buckets = new long[Metric.values().length][];

    void add(Metric metric, long count) {
        add(metric.ordinal(), 0, count);
    }

    void add(Metric metric, Duration time) {
        double seconds = Math.max(0, time.toMillis()) / 1000.0;
        int most = FINE.contains(metric) ? MOST_FINE_BUCKETS : MOST_BUCKETS;
        add(metric.ordinal(), (int) Math.min(most - 1.0, Math.log1p(seconds) / base(metric)), 1);
    }

    /** One of a size, which is told exactly up to a bound. */
    void size(Metric metric, int size) {
        add(metric.ordinal(), Math.min(MOST_BUCKETS - 1, size), 1);
    }

    /** How many there were of each size. */
    public SortedMap<Integer, Long> sizes(Metric metric) {
        SortedMap<Integer, Long> sizes = new TreeMap<>();
        long[] counts = of(metric);
        for (int size = 0; size < counts.length; size++) {
            if (counts[size] > 0) {
                sizes.put(size, counts[size]);
            }
        }
        return sizes;
    }

    private static double base(Metric metric) {
        return FINE.contains(metric) ? FINE_BASE : BASE;
    }

    private void add(int metric, int bucket, long count) {
        of(metric, bucket + 1)[bucket] += count;
    }

    private long[] of(int metric, int length) {
        if (buckets.length <= metric) {
            buckets = Arrays.copyOf(buckets, metric + 1);
        }
        long[] counts = buckets[metric];
        if (counts == null || counts.length < length) {
            counts = counts == null ? new long[length] : Arrays.copyOf(counts, 2 * length);
            buckets[metric] = counts;
        }
        return counts;
    }

    /** Adds what the other one counted. */
    public void add(DayCounts other) {
        for (int metric = 0; metric < other.buckets.length; metric++) {
            long[] more = other.buckets[metric];
            if (more != null) {
                long[] sum = of(metric, more.length);
                for (int i = 0; i < more.length; i++) {
                    sum[i] += more[i];
                }
            }
        }
    }

    private long[] of(Metric metric) {
        long[] counts = buckets[metric.ordinal()];
        return counts == null ? new long[0] : counts;
    }

    public long count(Metric metric) {
        return Arrays.stream(of(metric)).sum();
    }

    /**
     * The smallest time that at least this share of all does not exceed, in seconds; null where there is none.
     *
     * @param share for example 0.95 for the p95
     */
    public Double seconds(Metric metric, double share) {
        long rest = (long) Math.ceil(share * count(metric));
        long[] counts = of(metric);
        for (int i = 0; i < counts.length; i++) {
            rest -= counts[i];
            if (rest <= 0) {
                return middle(i, base(metric));
            }
        }
        return null;
    }

    /**
     * How many times did not exceed each of some bounds, in seconds; the last bound is infinite.
     *
     * @param sum of all of them, within 5 %
     */
    public record Histogram(SortedMap<Double, Long> counts, long count, double sum) {}

    /** With every sixth bound, so that one is 1.77 times the one before, up to ten days. */
    public Histogram histogram(Metric metric) {
        long[] counts = of(metric);
        SortedMap<Double, Long> shown = new TreeMap<>();
        long soFar = 0;
        double sum = 0;
        for (int i = 0; i < Math.max(counts.length, LAST_BOUND); i++) {
            long n = i < counts.length ? counts[i] : 0;
            soFar += n;
            sum += n * middle(i, BASE);
            boolean bound = (i + 1) % BOUNDS_APART == 0 && i > FIRST_BOUND && i < LAST_BOUND;
            if (bound) {
                shown.put(Math.rint(MILLIS * Math.expm1((i + 1) * BASE)) / MILLIS, soFar);
            }
        }
        shown.put(Double.POSITIVE_INFINITY, soFar);
        return new Histogram(shown, soFar, sum);
    }

    private static double middle(int bucket, double base) {
        return Math.expm1((bucket + 0.5) * base);
    }

    byte[] toBytes() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (int metric = 0; metric < buckets.length; metric++) {
            if (buckets[metric] != null) {
                write(bytes, metric);
                write(bytes, buckets[metric]);
            }
        }
        return bytes.toByteArray();
    }

    private static void write(ByteArrayOutputStream bytes, long[] counts) {
        write(bytes, Arrays.stream(counts).filter(n -> n != 0).count());
        int former = 0;
        for (int i = 0; i < counts.length; i++) {
            if (counts[i] != 0) {
                write(bytes, i - former);
                write(bytes, counts[i]);
                former = i;
            }
        }
    }

    static DayCounts of(byte[] bytes) {
        DayCounts counts = new DayCounts();
        counts.add(bytes);
        return counts;
    }

    /** Adds what these bytes are of. */
    void add(byte[] bytes) {
        ByteBuffer rest = ByteBuffer.wrap(bytes);
        while (rest.hasRemaining()) {
            int metric = (int) read(rest);
            int bucket = 0;
            for (long n = read(rest); n > 0; n--) {
                bucket += (int) read(rest);
                add(metric, bucket, read(rest));
            }
        }
    }

    private static void write(ByteArrayOutputStream bytes, long number) {
        long rest = number;
        for (; rest > Byte.MAX_VALUE; rest >>>= SEVEN_BITS) {
            bytes.write((int) (rest | ~Byte.MAX_VALUE));
        }
        bytes.write((int) rest);
    }

    private static long read(ByteBuffer bytes) {
        long number = 0;
        for (int shift = 0; ; shift += SEVEN_BITS) {
            byte next = bytes.get();
            number |= (long) (next & Byte.MAX_VALUE) << shift;
            if (next >= 0) {
                return number;
            }
        }
    }
}
