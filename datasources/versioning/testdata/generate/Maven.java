import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.apache.maven.artifact.versioning.ComparableVersion;
import org.apache.maven.artifact.versioning.DefaultArtifactVersion;
import org.apache.maven.artifact.versioning.InvalidVersionSpecificationException;
import org.apache.maven.artifact.versioning.VersionRange;

/** Writes ../maven/order.txt and ../maven/ranges.txt: what Maven says of versions and ranges that are made up. */
class Maven {
    static final Random random = new Random(20260401);
    static final String[] NUMBERS = {"0", "0", "1", "1", "2", "3", "9", "10", "11", "99", "01", "2024", "20240131", "12345678901", "1234567890123456789012"};
    static final String[] WORDS = {"alpha", "beta", "a", "b", "m", "milestone", "rc", "cr", "SNAPSHOT", "ga", "final", "RELEASE", "sp", "SP", "jre", "x", "Final", "RC", "M", "GA", "foo", "v", "b_1"};
    static final String[] GAPS = {".", ".", ".", "-", "-", ""};

    static String pick(String... list) {
        return list[random.nextInt(list.length)];
    }

    static String version() {
        StringBuilder v = new StringBuilder(random.nextInt(20) == 0 ? pick(WORDS) + pick(".", "-") : "");
        v.append(pick(NUMBERS));
        for (int n = random.nextInt(4); n > 0; n--) v.append(random.nextInt(8) == 0 ? "-" : ".").append(pick(NUMBERS));
        for (int n = random.nextInt(3); n > 0; n--) {
            v.append(pick(GAPS)).append(pick(WORDS));
            if (random.nextInt(2) == 0) v.append(pick(GAPS)).append(pick(NUMBERS));
        }
        return v.toString();
    }

    static String near(String v) {
        switch (random.nextInt(5)) {
            case 0: return v + ".0";
            case 1: return v + "-" + pick(WORDS);
            case 2: return v.replaceFirst("[0-9]+", pick(NUMBERS));
            case 3: return v.replaceFirst("[A-Za-z]+", pick(WORDS));
            default: return v + "." + pick(NUMBERS);
        }
    }

    static String range() {
        if (random.nextInt(12) == 0) return pick("[1.0", "[1,2]]", "(1.0)", "[2,1]", "[1,2),", "[1,2),1.5", "(,1],(,2]", "[1,1)", "(1,1]", "[,]", "(,)", "[1,2)[3,4)", "[1,3),[2,4)", "(", "[1,2,3]");
        List<String> bounds = new ArrayList<>(List.of(version(), version(), version(), version()));
        if (random.nextInt(4) != 0) bounds.sort((a, b) -> new ComparableVersion(a).compareTo(new ComparableVersion(b)));
        String comma = pick(",", ",", ", ");
        switch (random.nextInt(6)) {
            case 0: return "[" + bounds.get(0) + "]";
            case 1: return pick("[", "(") + bounds.get(0) + comma + pick(")", "]");
            case 2: return pick("[", "(") + comma + bounds.get(0) + pick(")", "]");
            case 3: return pick("[", "(") + bounds.get(0) + comma + bounds.get(1) + pick(")", "]") + comma + pick("[", "(") + bounds.get(2) + comma + bounds.get(3) + pick(")", "]");
            default: return pick("[", "(") + bounds.get(0) + comma + bounds.get(1) + pick(")", "]");
        }
    }

    public static void main(String[] args) throws Exception {
        String head = "# What maven-artifact " + args[0] + " says. Made by generate/Maven.java; see there.";
        Path out = Path.of("..", "maven");
        Files.createDirectories(out);
        try (PrintWriter order = new PrintWriter(out.resolve("order.txt").toFile())) {
            order.println(head);
            for (int i = 0; i < 1500; i++) {
                String a = version(), b = random.nextInt(2) == 0 ? near(a) : version();
                int c = new ComparableVersion(a).compareTo(new ComparableVersion(b));
                order.println(a + (c < 0 ? " < " : c > 0 ? " > " : " = ") + b);
            }
        }
        try (PrintWriter ranges = new PrintWriter(out.resolve("ranges.txt").toFile())) {
            ranges.println(head);
            for (int i = 0; i < 700; i++) {
                String text = range();
                try {
                    VersionRange r = VersionRange.createFromVersionSpec(text);
                    TreeSet<String> versions = new TreeSet<>();
                    for (String word : text.split("[\\[\\](), ]+")) {
                        if (!word.isEmpty()) versions.add(random.nextInt(3) == 0 ? word : near(word));
                    }
                    versions.add(version());
                    for (String v : versions) {
                        ranges.println("\"" + text + "\" " + v + (r.containsVersion(new DefaultArtifactVersion(v)) ? " yes" : " no"));
                    }
                } catch (InvalidVersionSpecificationException e) {
                    ranges.println("\"" + text + "\" invalid");
                }
            }
        }
    }
}
